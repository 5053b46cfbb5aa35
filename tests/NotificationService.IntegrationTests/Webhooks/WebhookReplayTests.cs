using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>What an endpoint missed comes once more, under the ids it had, when somebody asks for it.</summary>
public sealed class WebhookReplayTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly AcceptedNotifications accepted = new(database);
    private WebhookReceiver? receiver;
    private WorkerHost? worker;
    private TenantId tenant;

    private WebhookReceiver Receiver => receiver ?? throw new InvalidOperationException("not initialized");

    private WorkerHost Worker => worker ?? throw new InvalidOperationException("not initialized");

    private PlantedEndpoints Endpoints => new(database, Worker.Services.GetRequiredService<CredentialVault>());

    public async ValueTask InitializeAsync()
    {
        receiver = await WebhookReceiver.StartAsync();
        tenant = await database.NewTenantAsync();
        worker = WorkerHost.Create(database.ConnectionString);
        await worker.AddSandboxAsync(tenant, ChannelKind.Email);
    }

    [Fact]
    public async Task Everything_since_an_instant_comes_once_more_under_its_ids_also_to_an_endpoint_that_is_newer()
    {
        var first = await Endpoints.PlantAsync(tenant, Receiver["/first"], events: "delivery.*");
        await Worker.StartAsync();
        await accepted.PlantAsync(tenant, 700);
        await UntilReceivedAsync("/first", 1_400);
        var late = await Endpoints.PlantAsync(tenant, Receiver["/late"], events: "delivery.delivered");

        var replays = new[] { await ReplayAsync(first, mode: 2), await ReplayAsync(late, mode: 2) };
        await UntilReceivedAsync("/first", 2_800);
        await UntilReceivedAsync("/late", 700);
        await UntilDoneAsync(replays);

        Receiver.On("/first").GroupBy(message => message.Id).ShouldAllBe(group => group.Count() == 2 && group.Select(message => message.Body).Distinct().Count() == 1);
        Receiver.On("/late").Select(message => message.Id).Order().ShouldBe(Receiver.On("/first").Where(message => message.Type == "delivery.delivered").Select(message => message.Id).Distinct().Order());
        (await database.QueryAsync<int>($"select queued from webhook_replays where tenant_id = '{tenant}'")).ShouldBe([1_400, 1_400]);
    }

    [Fact]
    public async Task What_failed_comes_once_more_and_what_was_taken_does_not()
    {
        var id = await Endpoints.PlantAsync(tenant, Receiver["/some"], events: "delivery.*");
        Receiver.Response = message => message.Sequence == 1 ? new ReceiverResponse(500) { Headers = [("webhook-delivery", "abort-message")] } : new ReceiverResponse(200);
        await Worker.StartAsync();
        await accepted.PlantAsync(tenant, 600);
        await UntilReceivedAsync("/some", 1_200);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.pending}}") == 0, Soon);

        Receiver.Response = _ => new ReceiverResponse(200);
        await UntilDoneAsync(await ReplayAsync(id, mode: 1));
        await UntilReceivedAsync("/some", 1_800);

        Receiver.On("/some").Count(message => message.Sequence == 1).ShouldBe(1_200);
        Receiver.On("/some").Count(message => message.Sequence == 2).ShouldBe(600);
        await Eventually.TrueAsync(
            async () => await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant}' and state = {{message.delivered}} and attempts = 2 and first_attempt = 1") == 600, Soon);
    }

    [Fact]
    public async Task A_replay_of_one_mode_brings_back_what_is_of_it_and_passes_by_the_rest()
    {
        var id = await Endpoints.PlantAsync(tenant, Receiver["/both"]);
        var (batch, provider) = (database.Ids.Next(), database.Ids.Next());
        await Worker.StartAsync();
        await accepted.PlantAsync(tenant, 700);
        var test = await accepted.PlantAsync(tenant, 20, live: false);
        await database.ExecuteAsync(
            $$"""
            insert into batches (tenant_id, id, live, state, shared, created_at) values ('{{tenant}}', '{{batch}}', false, 1, '{}', now());
            select notification_meta.publish_event('{{tenant}}', notification_meta.new_id(), 'batch.completed', '{{batch}}', now(), '{}');
            select notification_meta.publish_event('{{tenant}}', notification_meta.new_id(), 'provider.parked', '{{provider}}', now(), '{"channel":1}')
            """);
        await UntilCountAsync("state = {message.delivered} and attempts = 1 and live", 1_401);
        await UntilCountAsync("state = {message.delivered} and attempts = 1 and not live", 41);

        var all = await ReplayAsync(id, mode: 2, live: "false");
        await UntilDoneAsync(all);
        await UntilCountAsync("state = {message.delivered} and attempts = 2", 41);

        (await database.ScalarAsync<int>($"select queued from webhook_replays where id = '{all}'")).ShouldBe(41);
        (await database.QueryAsync<Guid>($"select distinct subject from webhook_messages where tenant_id = '{tenant}' and attempts = 2")).Order()
            .ShouldBe(test.Select(delivery => delivery.Value).Append(batch).Order());

        await database.ExecuteAsync($"update webhook_messages set state = {{message.failed}} where tenant_id = '{tenant}'");
        var failed = await ReplayAsync(id, mode: 1, live: "false");
        await UntilDoneAsync(failed);
        await UntilCountAsync("state = {message.delivered} and attempts = 3", 41);

        (await database.ScalarAsync<int>($"select queued from webhook_replays where id = '{failed}'")).ShouldBe(41);
        await UntilCountAsync("state = {message.failed} and live", 1_401);
    }

    [Fact]
    public async Task A_replay_of_a_disabled_endpoint_stops_and_one_of_a_quiet_month_ends()
    {
        var (off, quiet) = (await Endpoints.PlantAsync(tenant, Receiver["/off"], filters: "enabled = false"), await Endpoints.PlantAsync(tenant, Receiver["/quiet"]));
        await Worker.StartAsync();

        var stopped = await ReplayAsync(off, mode: 2);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<short>($"select state from webhook_replays where id = '{stopped}'") == 3, Soon);
        await UntilDoneAsync(await ReplayAsync(quiet, mode: 2, since: "now() - interval '2 days'"));
        Receiver.Received.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    private async Task<Guid> ReplayAsync(Guid endpoint, int mode, string since = "now() - interval '10 minutes'", string live = "null")
    {
        var id = database.Ids.Next();
        await database.ExecuteAsync(
            $"""
            insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, created_at, worked_at, live)
            values ('{tenant}', '{id}', '{endpoint}', {mode}, {since}, now(), {since}, now(), now() - interval '1 h', {live})
            """);
        return id;
    }

    private Task UntilDoneAsync(params Guid[] replays) => Eventually.TrueAsync(
        async () => await database.ScalarAsync<long>($"select count(*) from webhook_replays where id in ('{string.Join("', '", replays)}') and state = {{replay.done}}") == replays.Length, TimeSpan.FromSeconds(120));

    private async Task UntilCountAsync(string condition, long count)
    {
        long last = -1;
        await Eventually.TrueAsync(
            async () => (last = await database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant}' and {condition}")) == count,
            TimeSpan.FromSeconds(120), () => $"{last} and not {count} with {condition}");
    }

    private Task UntilReceivedAsync(string path, int count) =>
        Eventually.TrueAsync(() => Receiver.On(path).Count >= count, TimeSpan.FromSeconds(120), () => $"{Receiver.On(path).Count} of {count} came to {path}");
}
