using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>A worker in this process, receivers on real sockets, a real database: from a delivery's change to the customer's server.</summary>
public sealed class WebhookWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly AcceptedNotifications accepted = new(database);
    private readonly List<WorkerHost> workers = [];
    private WebhookReceiver? receiver;
    private TenantId tenant;

    private WebhookReceiver Receiver => receiver ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        receiver = await WebhookReceiver.StartAsync();
        tenant = await database.NewTenantAsync();
    }

    [Fact]
    public async Task Every_change_of_a_delivery_reaches_the_endpoint_once_and_in_order()
    {
        var (worker, endpoints) = await WorkerAsync();
        await endpoints.PlantAsync(tenant, Receiver["/all"], events: "delivery.*");
        await worker.StartAsync();
        var deliveries = await accepted.PlantAsync(tenant, 100);

        // The sandbox takes each, and says delivered a moment later.
        await UntilReceivedAsync("/all", 200);

        foreach (var delivery in deliveries)
        {
            var messages = Receiver.On("/all").Where(message => message.Delivery == delivery.Value).ToList();
            messages.Select(message => (message.Type, message.Sequence)).ShouldBe([("delivery.sent", 1), ("delivery.delivered", 2)]);
            messages.Select(message => message.Id).ShouldBe([$"evt_{delivery.Value:N}_1", $"evt_{delivery.Value:N}_2"]);
            messages[0].Data.GetProperty("notificationId").GetGuid().ShouldBe(delivery.Notification.Value);
            messages[0].Data.GetProperty("channel").GetString().ShouldBe("email");
            messages[0].Data.GetProperty("userId").GetString().ShouldBe($"u-{delivery.Notification}");
        }

        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.delivered}}", 200);
        (await database.ScalarAsync<long>("select count(*) from outbox")).ShouldBe(0);
        (await database.ScalarAsync<long>($"select count(*) from webhook_attempts where tenant_id = '{tenant}' and number = 1 and outcome = 1 and status = 200")).ShouldBe(200);
    }

    [Fact]
    public async Task A_message_verifies_under_its_secret_and_carries_the_attempts_time()
    {
        var secret = WebhookSecret.New();
        var (worker, endpoints) = await WorkerAsync();
        await endpoints.PlantAsync(tenant, Receiver["/signed"], secret, events: "delivery.sent");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);
        await UntilReceivedAsync("/signed", 1);

        var message = Receiver.On("/signed")[0];
        var key = Convert.FromBase64String(secret.Reveal()["whsec_".Length..]);
        var signed = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{message.Id}.{message.Headers["webhook-timestamp"]}.{message.Body}"));
        message.Headers["webhook-signature"].ShouldBe($"v1,{Convert.ToBase64String(signed)}");
        (DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture))).ShouldBeLessThan(TimeSpan.FromMinutes(1));
        message.Json.GetProperty("timestamp").GetDateTimeOffset().ShouldBe(message.Data.GetProperty("occurredAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task What_was_not_taken_is_tried_again_under_the_same_id_by_the_schedule()
    {
        var responses = new Queue<int>([429, 302]);
        Receiver.Response = _ => new ReceiverResponse(responses.TryDequeue(out var status) ? status : 204) { Headers = [("Location", Receiver["/elsewhere"].ToString())] };
        var (worker, endpoints) = await WorkerAsync();
        await endpoints.PlantAsync(tenant, Receiver["/retry"], events: "delivery.sent");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);

        // Five seconds later, by itself.
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and attempts = 2 and not in_flight", 1);
        (await database.ScalarAsync<double>($"select extract(epoch from next_try_at - started_at)::float8 from webhook_attempts where tenant_id = '{tenant}' and number = 1")).ShouldBeInRange(3.9, 30);
        (await SecondsUntilDueAsync()).ShouldBeInRange(230, 361);
        await DueNowAsync();
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.delivered}}", 1);

        Receiver.On("/retry").Select(message => message.Id).Distinct().Count().ShouldBe(1);
        Receiver.On("/retry").Select(message => message.Body).Distinct().Count().ShouldBe(1);
        Receiver.On("/elsewhere").ShouldBeEmpty("redirects are not followed");
        (await database.QueryAsync<string>($"select number || ' ' || status || ' ' || coalesce(error, '-') || ' ' || (next_try_at is not null) from webhook_attempts where tenant_id = '{tenant}' order by number"))
            .ShouldBe(["1 429 http_status true", "2 302 redirected true", "3 204 - false"]);
    }

    [Fact]
    public async Task After_the_eighth_try_a_message_has_failed()
    {
        Receiver.Response = _ => new ReceiverResponse(503, "come back later") { Headers = [("Retry-After", "1")] };
        var (worker, endpoints) = await WorkerAsync();
        await endpoints.PlantAsync(tenant, Receiver["/never"], events: "delivery.sent");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);

        for (var attempt = 1; attempt <= 8; attempt++)
        {
            await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and attempts >= {attempt} and not in_flight", 1);
            await DueNowAsync();
        }

        (await database.ScalarAsync<string>($"select state || ' ' || reason from webhook_messages where tenant_id = '{tenant}'")).ShouldBe("3 exhausted");
        (await database.ScalarAsync<string>($"select string_agg(distinct response_body, '|') from webhook_attempts where tenant_id = '{tenant}'")).ShouldBe("come back later");
        Receiver.On("/never").Count.ShouldBe(8);
    }

    [Fact]
    public async Task Filters_and_types_decide_what_an_endpoint_is_sent()
    {
        var (worker, endpoints) = await WorkerAsync();
        await worker.AddSandboxAsync(tenant, ChannelKind.Sms);
        await endpoints.PlantAsync(tenant, Receiver["/sms"], filters: "channels = '{2}'", events: "delivery.sent");
        await endpoints.PlantAsync(tenant, Receiver["/category"], filters: "categories = '{shipping}'", events: "delivery.*");
        await endpoints.PlantAsync(tenant, Receiver["/thin"], full: false, events: "delivery.delivered");
        await endpoints.PlantAsync(tenant, Receiver["/off"], filters: "enabled = false", events: "*");
        await endpoints.PlantAsync(await database.NewTenantAsync(), Receiver["/other"], events: "*");
        await worker.StartAsync();
        var email = (await accepted.PlantAsync(tenant, 1))[0];
        var sms = (await accepted.PlantAsync(tenant, 1, ChannelKind.Sms))[0];

        await UntilReceivedAsync("/thin", 2);
        await UntilReceivedAsync("/sms", 1);
        await UntilAsync("select count(*) from outbox", 0);
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.pending}}", 0);

        Receiver.On("/sms").Select(message => message.Delivery).ShouldBe([sms.Value]);
        Receiver.On("/thin").Select(message => message.Delivery).Order().ShouldBe(new[] { email.Value, sms.Value }.Order());
        Receiver.On("/thin")[0].Data.TryGetProperty("metadata", out _).ShouldBeFalse();
        Receiver.On("/sms")[0].Data.TryGetProperty("metadata", out _).ShouldBeTrue();
        Receiver.Received.Select(message => message.Path).Distinct().Order().ShouldBe(["/sms", "/thin"]);
    }

    [Theory]
    [InlineData(410, null, "gone")]
    [InlineData(500, "disable", "asked")]
    [InlineData(200, "disable", "asked")]
    public async Task A_receiver_can_end_it_all_and_the_tenants_other_endpoints_are_notified(int status, string? directive, string reason)
    {
        Receiver.Response = message => message.Path == "/ends"
            ? new ReceiverResponse(status) { Headers = directive is null ? [] : [("webhook-delivery", directive)] }
            : new ReceiverResponse(200);
        var (worker, endpoints) = await WorkerAsync();
        var ends = await endpoints.PlantAsync(tenant, Receiver["/ends"], events: "*");
        await endpoints.PlantAsync(tenant, Receiver["/told"], events: "webhook_endpoint.*");
        // Only what one batch does, of what batches do; what belongs to none was asked for by its type.
        await endpoints.PlantAsync(tenant, Receiver["/batches"], filters: $"batches = '{{{Guid.NewGuid()}}}'", events: "*");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);
        await UntilReceivedAsync("/told", 1);
        await UntilReceivedAsync("/batches", 1);
        Receiver.On("/batches").Select(message => message.Type).ShouldBe(["webhook_endpoint.disabled"]);

        var received = Receiver.On("/told")[0];
        received.Type.ShouldBe("webhook_endpoint.disabled");
        received.Data.GetProperty("endpointId").GetGuid().ShouldBe(ends);
        received.Data.GetProperty("reason").GetString().ShouldBe(reason);
        // Addresses carry tokens, and the other endpoint may be somebody else's.
        received.Data.GetProperty("host").GetString().ShouldBe("127.0.0.1");
        received.Body.ShouldNotContain("/ends");
        (await database.ScalarAsync<string>($"select disabled_for from webhook_endpoints where id = '{ends}' and not enabled and disabled_at is not null")).ShouldBe(reason);
        var calls = Receiver.On("/ends").Count;
        await accepted.PlantAsync(tenant, 1);
        await accepted.UntilAsync(tenant, "delivered", 2);
        await UntilAsync("select count(*) from outbox", 0);
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.pending}}", 0);
        Receiver.On("/ends").Count.ShouldBeLessThanOrEqualTo(calls + 1, "one may have been on its way");
    }

    [Fact]
    public async Task A_receiver_can_end_one_message()
    {
        Receiver.Response = message => message.Sequence == 1 ? new ReceiverResponse(500) { Headers = [("webhook-delivery", "abort-message")] } : new ReceiverResponse(200);
        var (worker, endpoints) = await WorkerAsync();
        await endpoints.PlantAsync(tenant, Receiver["/some"], events: "delivery.*");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);
        await UntilReceivedAsync("/some", 2);
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.pending}}", 0);

        (await database.QueryAsync<string>($"select state || ' ' || coalesce(reason, '-') from webhook_messages where tenant_id = '{tenant}' order by sequence")).ShouldBe(["4 aborted_by_receiver", "2 -"]);
        Receiver.On("/some").Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_but_failure_is_reported_after_four_tries_and_ends_after_five_days_and_a_success_forgives_it()
    {
        var status = 500;
        Receiver.Response = message => new ReceiverResponse(message.Path == "/fails" ? Volatile.Read(ref status) : 200);
        var (worker, endpoints) = await WorkerAsync();
        var fails = await endpoints.PlantAsync(tenant, Receiver["/fails"], events: "delivery.sent");
        await endpoints.PlantAsync(tenant, Receiver["/told"], events: ["webhook_endpoint.failing", "webhook_endpoint.disabled"]);
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            await UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{fails}' and attempts >= {attempt} and not in_flight", 1);
            if (Receiver.On("/fails").Count < 4)
                Receiver.On("/told").ShouldBeEmpty();
            await DueNowAsync();
        }

        await UntilReceivedAsync("/told", 1);
        Receiver.On("/told")[0].Type.ShouldBe("webhook_endpoint.failing");
        Receiver.On("/told")[0].Data.GetProperty("lastFailure").GetString().ShouldBe("http_status 500");
        (await database.QueryAsync<string?>($"select last_failure from webhook_endpoints where id = '{fails}'")).ShouldBe(["http_status 500"]);

        // Forgiven. The sixth try may still have met the 500.
        Volatile.Write(ref status, 200);
        await HurriedUntilAsync($"select count(*) from webhook_endpoints where id = '{fails}' and failing_since is null and failures = 0 and warned_at is null and last_failure is null", 1);

        // Again, and for longer than five days.
        Volatile.Write(ref status, 500);
        await accepted.PlantAsync(tenant, 1);
        await UntilAsync($"select count(*) from webhook_endpoints where id = '{fails}' and failing_since is not null", 1);
        await database.ExecuteAsync($"update webhook_endpoints set failing_since = now() - interval '5 days 1 minute' where id = '{fails}'");
        await HurriedUntilAsync($"select count(*) from webhook_endpoints where id = '{fails}' and not enabled", 1);
        await UntilReceivedAsync("/told", 2);
        Receiver.On("/told")[1].Type.ShouldBe("webhook_endpoint.disabled");
        Receiver.On("/told")[1].Data.GetProperty("reason").GetString().ShouldBe("failing");
    }

    [Fact]
    public async Task Endpoints_that_hang_take_nothing_from_the_others()
    {
        Receiver.Response = message => message.Path.StartsWith("/hangs", StringComparison.Ordinal) ? null : new ReceiverResponse(200);
        // Fewer places than hanging endpoints would take.
        var (worker, endpoints) = await WorkerAsync(("Notification:Webhooks:Concurrency", "8"), ("Notification:Webhooks:SlowConcurrency", "4"));
        for (var i = 0; i < 10; i++)
            await endpoints.PlantAsync(tenant, Receiver[$"/hangs-{i}"], events: "delivery.sent");
        await endpoints.PlantAsync(tenant, Receiver["/answers"], events: "delivery.*");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 200);

        await UntilReceivedAsync("/answers", 400);

        (await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state <> {{message.pending}} and endpoint_id in (select id from webhook_endpoints where url like '%hangs%')"))
            .ShouldBe(0, "the first calls still hang");
        Receiver.UnderWay.ShouldBeInRange(1, 20);
    }

    [Fact]
    public async Task What_a_worker_held_that_was_lost_comes_once_more_under_the_same_id()
    {
        Receiver.Response = _ => null;
        var (lost, endpoints) = await WorkerAsync(("Notification:Webhooks:CallTimeout", "00:02:00"), ("Notification:Webhooks:Lease", "00:05:00"));
        await endpoints.PlantAsync(tenant, Receiver["/twice"], events: "delivery.sent");
        await lost.StartAsync();
        await accepted.PlantAsync(tenant, 1);
        await UntilReceivedAsync("/twice", 1);

        // As if the one that holds it had died: its lease is over, and what it may still write is fenced off.
        Receiver.Response = _ => new ReceiverResponse(200);
        await database.ExecuteAsync($"update webhook_messages set due_at = now() where tenant_id = '{tenant}'");
        await UntilReceivedAsync("/twice", 2);
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.delivered}} and attempts = 1", 1);

        Receiver.On("/twice").Select(message => message.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Two_workers_share_the_messages_and_call_nobody_twice()
    {
        var (first, endpoints) = await WorkerAsync();
        var second = WorkerHost.Create(database.ConnectionString);
        workers.Add(second);
        for (var i = 0; i < 5; i++)
            await endpoints.PlantAsync(tenant, Receiver[$"/shared-{i}"], events: "delivery.*");
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        var deliveries = await accepted.PlantAsync(tenant, 300);

        await Eventually.TrueAsync(() => Receiver.Received.Count >= 3_000, TimeSpan.FromSeconds(120), () => $"{Receiver.Received.Count} of 3,000 came");
        await UntilAsync($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.delivered}}", 3_000);

        Receiver.Received.Count.ShouldBe(3_000);
        Receiver.Received.GroupBy(message => (message.Path, message.Delivery)).ShouldAllBe(group => group.Select(message => message.Sequence).SequenceEqual(new[] { 1, 2 }));
        deliveries.Count.ShouldBe(300);
    }

    [Fact]
    public async Task A_secret_that_does_not_decrypt_fails_the_message_and_calls_nobody()
    {
        var (worker, endpoints) = await WorkerAsync();
        var endpoint = await endpoints.PlantAsync(tenant, Receiver["/sealed"], events: "delivery.sent");
        await database.ExecuteAsync($"update webhook_secrets set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where endpoint_id = '{endpoint}'");
        await worker.StartAsync();
        await accepted.PlantAsync(tenant, 1);

        await UntilAsync($"select count(*) from webhook_attempts where endpoint_id = '{endpoint}' and error = 'endpoint_unusable' and status is null", 1);
        Receiver.Received.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        // First, so that no worker waits for a call that hangs.
        await Receiver.DisposeAsync();
        foreach (var worker in workers)
            await worker.DisposeAsync();
    }

    private async Task<(WorkerHost Worker, PlantedEndpoints Endpoints)> WorkerAsync(params (string Name, string Value)[] settings)
    {
        var worker = WorkerHost.Create(database.ConnectionString, settings);
        workers.Add(worker);
        await worker.AddSandboxAsync(tenant, ChannelKind.Email);
        return (worker, new PlantedEndpoints(database, worker.Services.GetRequiredService<CredentialVault>()));
    }

    private Task UntilReceivedAsync(string path, int count) =>
        Eventually.TrueAsync(() => Receiver.On(path).Count >= count, Soon, () => $"{Receiver.On(path).Count} of {count} came to {path}");

    private async Task UntilAsync(string sql, long count)
    {
        long last = -1;
        await Eventually.TrueAsync(async () => (last = await database.ScalarAsync<long>(sql)) == count, Soon, () => $"expected {count}, there are {last}: {sql}");
    }

    /// <summary>Waits are cut short until it is so, those too that a try under way makes.</summary>
    private async Task HurriedUntilAsync(string sql, long count)
    {
        long last = -1;
        await Eventually.TrueAsync(
            async () =>
            {
                await DueNowAsync();
                return (last = await database.ScalarAsync<long>(sql)) == count;
            },
            Soon, () => $"expected {count}, there are {last}: {sql}");
    }

    private Task<int> DueNowAsync() => database.ExecuteAsync($"update webhook_messages set due_at = now() where tenant_id = '{tenant}' and state = {{message.pending}} and not in_flight");

    private async Task<double> SecondsUntilDueAsync() =>
        await database.ScalarAsync<double>($"select extract(epoch from due_at - now())::float8 from webhook_messages where tenant_id = '{tenant}'");
}
