using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Webhooks;

[Collection(SignInCollection.Name)]
public sealed class WebhookDeliveriesApiTests(SignInService service)
{
    [Fact]
    public async Task What_was_sent_is_listed_newest_first_by_cursor_and_by_filter()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var failed = await tenant.PlantAsync(service.Database, endpoint, 5);
        var delivered = await tenant.PlantAsync(service.Database, endpoint, 2, state: 2, type: "delivery.sent");

        (await WalkAsync(tenant, endpoint, "limit=3")).ShouldBe([.. failed.Concat(delivered).Reverse()]);
        var second = (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries?page=2&limit=3")).Body;
        second.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ShouldBe([.. failed.Concat(delivered).Reverse().Skip(3).Take(3)]);
        (second.GetProperty("pagination").GetProperty("total").GetInt32(), second.GetProperty("pagination").GetProperty("totalPages").GetInt32()).ShouldBe((7, 3));
        (await WalkAsync(tenant, endpoint, "limit=2&status=failed")).ShouldBe([.. failed.Reverse()]);
        (await WalkAsync(tenant, endpoint, "type=delivery.sent")).ShouldBe([.. delivered.Reverse()]);
        (await WalkAsync(tenant, endpoint, "type=delivery.sent&status=failed")).ShouldBeEmpty();
        foreach (var query in (string[])["status=lost", "limit=0", "limit=101", "cursor=x", "page=0", "since=x"])
            (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries?{query}")).Status.ShouldBe((HttpStatusCode)422, query);
    }

    [Fact]
    public async Task Each_has_its_attempts_in_the_list_with_the_beginning_of_the_response_alone_with_all_of_it()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var message = (await tenant.PlantAsync(service.Database, endpoint, 1)).Single();

        var listed = (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries")).Body.GetProperty("items")[0];
        var read = (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries/{message}")).Body;

        (listed.GetProperty("status").GetString(), listed.GetProperty("reason").GetString(), listed.GetProperty("attemptCount").GetInt32()).ShouldBe(("failed", "exhausted", 1));
        listed.TryGetProperty("body", out _).ShouldBeFalse();
        listed.GetProperty("attempts")[0].GetProperty("responseBody").GetString().ShouldBe(new string('x', 1000));
        read.GetProperty("body").GetString().ShouldBe("""{"type":"delivery.failed"}""");
        var attempt = read.GetProperty("attempts")[0];
        (attempt.GetProperty("outcome").GetString(), attempt.GetProperty("error").GetString(), attempt.GetProperty("responseStatus").GetInt32(), attempt.GetProperty("durationMs").GetInt32())
            .ShouldBe(("failed", "http_status", 503, 12));
        attempt.GetProperty("requestHeaders").GetProperty("webhook-id").GetString().ShouldBe($"evt_{message:N}");
        attempt.GetProperty("responseHeaders").GetProperty("retry-after").GetString().ShouldBe("9");
        attempt.GetProperty("responseBody").GetString().ShouldBe(new string('x', 5000));
    }

    [Fact]
    public async Task One_that_failed_is_sent_again_unless_the_endpoint_is_disabled()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var message = (await tenant.PlantAsync(service.Database, endpoint, 1)).Single();
        var path = $"{WebhookTenant.Path}/{endpoint}";

        await tenant.SendAsync(HttpMethod.Patch, path, """{"enabled":false}""");
        var (status, problem, _) = await tenant.PostAsync($"{path}/deliveries/{message}/resend");
        (status, problem.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Conflict, "endpoint_disabled"));
        (await service.Database.QueryAsync<short>($"select state from webhook_messages where id = '{message}'")).ShouldBe([(short)3]);

        await tenant.SendAsync(HttpMethod.Patch, path, """{"enabled":true}""");
        var (accepted, queued, _) = await tenant.PostAsync($"{path}/deliveries/{message}/resend");
        (accepted, queued.GetProperty("messageId").GetGuid()).ShouldBe((HttpStatusCode.Accepted, message));
        (await service.Database.QueryAsync<short>($"select first_attempt from webhook_messages where id = '{message}'")).ShouldBe([(short)1]);
        (await tenant.PostAsync($"{path}/deliveries/{Guid.NewGuid()}/resend")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Whoever asks for it has corrected the receiver: what it missed is not to wait for hours, nor to give up after one more try.</summary>
    [Fact]
    public async Task One_that_waits_for_its_next_try_is_sent_at_once_and_begins_its_schedule_again()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var message = (await tenant.PlantAsync(service.Database, endpoint, 1, state: 1, dueAt: "now() + interval '9 hours'")).Single();
        await service.Database.ExecuteAsync($"update webhook_messages set attempts = 7, reason = 'http_status', ended_at = null where id = '{message}'");

        (await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/deliveries/{message}/resend")).Status.ShouldBe(HttpStatusCode.Accepted);

        // The eighth would have been the last. Nobody listens there, and yet it goes on.
        await Testing.Eventually.TrueAsync(
            async () => (await service.Database.QueryAsync<bool>($"select attempts >= 8 and not in_flight from webhook_messages where id = '{message}'")).Single(), WebhookTenant.Ample);
        (await service.Database.QueryAsync<string>($"select concat_ws(' ', state, first_attempt) from webhook_messages where id = '{message}'")).ShouldBe(["1 7"]);
    }

    [Fact]
    public async Task What_is_sent_by_hand_stands_in_the_audit_log_with_who_did_it()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var message = (await tenant.PlantAsync(service.Database, endpoint, 1)).Single();
        var path = $"{WebhookTenant.Path}/{endpoint}";

        await tenant.PostAsync($"{path}/deliveries/{message}/resend");
        await tenant.PostAsync($"{path}/deliveries/{Guid.NewGuid()}/resend");
        await tenant.PostAsync($"{path}/test", """{"type":"delivery.bounced"}""");
        await tenant.SendAsync(HttpMethod.Patch, path, """{"enabled":false}""");
        await tenant.PostAsync($"{path}/deliveries/{message}/resend");
        await tenant.PostAsync($"{path}/test");

        var rows = await service.Database.QueryAsync<string>(
            $"select concat_ws(' ', actor_kind, action, target, coalesce(after->>'message', after->>'type')) from audit_log where tenant_id = '{tenant.Admin.Tenant}' and action in ('webhook_endpoint.message_resent', 'webhook_endpoint.tested') order by id");
        rows.ShouldBe([$"user webhook_endpoint.message_resent webhook_endpoint/{endpoint} {message}", $"user webhook_endpoint.tested webhook_endpoint/{endpoint} delivery.bounced"]);
    }

    [Theory]
    [InlineData(null, "delivery.failed")]
    [InlineData("""{"type":"delivery.bounced"}""", "delivery.bounced")]
    [InlineData("""{"type":"batch.completed"}""", "batch.completed")]
    public async Task A_sample_is_a_message_like_any_other(string? body, string type)
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant, "delivery.failed");

        var (status, queued, _) = await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/test", body);

        status.ShouldBe(HttpStatusCode.Accepted, queued.ToString());
        var message = (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries/{queued.GetProperty("messageId").GetString()}")).Body;
        message.GetProperty("type").GetString().ShouldBe(type);
        var sample = JsonElement.Parse(message.GetProperty("body").GetString()!);
        sample.GetProperty("type").GetString().ShouldBe(type);
        sample.ToString().ShouldContain("\"sample\":true");
    }

    [Fact]
    public async Task There_are_samples_of_every_type_and_of_no_other()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant, "*");

        foreach (var type in Events.EventTypes.ForEndpoints)
            (await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/test", $$"""{"type":"{{type}}"}""")).Status.ShouldBe(HttpStatusCode.Accepted, type);
        WebhookTenant.Errors((await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/test", """{"type":"delivery.*"}""")).Body).ShouldBe([("/type", "event_unknown")]);
    }

    [Fact]
    public async Task A_replay_is_accepted_once_at_a_time_and_shows_how_far_it_is()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var path = $"{WebhookTenant.Path}/{endpoint}";
        var since = DateTimeOffset.UtcNow.AddHours(-1);

        var (status, replay, headers) = await tenant.PostAsync($"{path}/replay", $$"""{"mode":"failed","since":"{{since:O}}"}""");

        status.ShouldBe(HttpStatusCode.Accepted, replay.ToString());
        (replay.GetProperty("mode").GetString(), replay.GetProperty("queued").GetInt32()).ShouldBe(("failed", 0));
        var seen = (await tenant.GetAsync(headers.Location!.ToString())).Body;
        seen.GetProperty("id").GetString().ShouldBe(replay.GetProperty("id").GetString());
        await service.Database.ExecuteAsync($"update webhook_replays set state = {{replay.running}} where id = '{replay.GetProperty("id").GetString()}'");
        (await tenant.GetAsync($"{path}/replays/{Guid.NewGuid()}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_second_replay_while_one_runs_is_refused_in_plain_words()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        await service.Database.ExecuteAsync($"""
            insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, created_at, worked_at)
            values ('{tenant.Admin.Tenant}', gen_random_uuid(), '{endpoint}', 1, now() - interval '1 h', now(), now(), now(), now() + interval '1 h')
            """);

        var (status, problem, _) = await tenant.PostAsync($"{WebhookTenant.Path}/{endpoint}/replay", $$"""{"mode":"failed","since":"{{DateTimeOffset.UtcNow.AddHours(-1):O}}"}""");

        (status, problem.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Conflict, "replay_running"));
    }

    [Fact]
    public async Task Below_a_deleted_endpoint_there_is_nothing_any_more()
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);
        var path = $"{WebhookTenant.Path}/{endpoint}";
        var message = (await tenant.PlantAsync(service.Database, endpoint, 1)).Single();
        var (_, replay, _) = await tenant.PostAsync($"{path}/replay", $$"""{"mode":"failed","since":"{{DateTimeOffset.UtcNow.AddHours(-1):O}}"}""");
        string[] below = [$"{path}/deliveries", $"{path}/deliveries/{message}", $"{path}/replays/{replay.GetProperty("id").GetString()}"];
        foreach (var one in below)
            (await tenant.GetAsync(one)).Status.ShouldBe(HttpStatusCode.OK, one);

        (await tenant.SendAsync(HttpMethod.Delete, path)).Status.ShouldBe(HttpStatusCode.NoContent);

        foreach (var one in below)
            (await tenant.GetAsync(one)).Status.ShouldBe(HttpStatusCode.NotFound, one);
        (await tenant.PostAsync($"{path}/deliveries/{message}/resend")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{}", "/mode", "/since")]
    [InlineData("""{"mode":"some","since":"2020-01-01T00:00:00Z"}""", "/mode", "/since")]
    [InlineData("""{"mode":"all","since":"2199-01-01T00:00:00Z"}""", "/since")]
    [InlineData("""{"mode":"all","since":"RECENTLY","until":"2199-01-01T00:00:00Z"}""", "/until")]
    [InlineData("""{"mode":"all","since":"RECENTLY","until":"2020-01-01T00:00:00Z"}""", "/until")]
    public async Task A_replay_has_bounds(string body, params string[] pointers)
    {
        var tenant = await WebhookTenant.CreateAsync(service);
        var endpoint = await EndpointAsync(tenant);

        var (status, problem, _) = await tenant.PostAsync(
            $"{WebhookTenant.Path}/{endpoint}/replay", body.Replace("RECENTLY", $"{DateTimeOffset.UtcNow.AddHours(-1):O}", StringComparison.Ordinal));

        ((int)status).ShouldBe(422, problem.ToString());
        WebhookTenant.Errors(problem).Select(error => error.Pointer).ShouldBe(pointers, ignoreOrder: true);
    }

    /// <summary>At an address that nobody answers.</summary>
    private static async Task<string> EndpointAsync(WebhookTenant tenant, params string[] events) =>
        (await tenant.CreateEndpointAsync("https://hooks.invalid/in", events)).GetProperty("id").GetString()!;

    private static async Task<IReadOnlyList<Guid>> WalkAsync(WebhookTenant tenant, string endpoint, string query)
    {
        var (ids, cursor) = (new List<Guid>(), "&cursor=");
        do
        {
            var page = (await tenant.GetAsync($"{WebhookTenant.Path}/{endpoint}/deliveries?{query}{cursor}")).Body;
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var following) && following.GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        return ids;
    }
}
