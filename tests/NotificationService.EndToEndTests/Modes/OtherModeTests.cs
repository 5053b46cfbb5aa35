using System.Net;
using NotificationService.EndToEndTests.Http;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Modes;

/// <summary>Test and live are two worlds: a service account neither sees nor changes what an account of the other mode made.</summary>
[Collection(SignInCollection.Name)]
public sealed class OtherModeTests(SignInService service)
{
    private const string Csv = "email,orderId\nann@example.com,1\nbob@example.com,2\n";
    private const string Now = """{"recipient":{"email":"ann@example.com"},"channel":"email","content":{"subject":"Hello","text":"Hello"}}""";
    /// <summary>People are of both modes: what is made for one of them has the mode of its token.</summary>
    private const string OfPeople = "/api/v1/services/recipients/";

    /// <summary>So are topics, whose keys are the caller's choice: TopicsApiTests has them.</summary>
    private const string OfTopics = "/api/v1/services/topics/";

    private const string OfEndpoint = $"{TwoModes.Webhooks}/{{id}}/";
    private static readonly Guid Missing = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");

    [Theory]
    [InlineData("live")]
    [InlineData("test")]
    public async Task What_the_other_mode_made_is_not_there_on_any_route_and_nothing_of_it_changes(string mode)
    {
        var (tenant, other) = (await TwoModes.CreateAsync(service), TwoModes.Other(mode));
        var ids = await PlantAsync(tenant, other);
        var before = await tenant.StoredAsync();

        var wrong = new List<string>();
        var routes = (await PublishedRoutes.ReadAsync(service.Client)).Operations.Where(IsOfOneThing).ToList();
        foreach (var (path, method, _) in routes)
        {
            var kind = KindOf(path);
            if (kind is null)
            {
                wrong.Add($"{method} {path}: name here what kind of thing its id is");
                continue;
            }

            var missing = await RespondAsync(tenant, mode, method, path, ids["endpoint"][0], Missing);
            foreach (var id in ids[kind])
            {
                var response = await RespondAsync(tenant, mode, method, path, ids["endpoint"][0], id);
                if (response != missing || !response.StartsWith("404 ", StringComparison.Ordinal))
                    wrong.Add($"{method} {path}: {response} where {missing} was expected");
            }
        }

        routes.Count.ShouldBeGreaterThan(18);
        wrong.ShouldBeEmpty();
        (await tenant.StoredAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("live")]
    [InlineData("test")]
    public async Task A_chunk_for_a_batch_of_the_other_mode_finds_no_batch(string mode)
    {
        var (tenant, other) = (await TwoModes.CreateAsync(service), TwoModes.Other(mode));
        var batch = await tenant.OpenAsync(other);
        await tenant.AcceptedAsync(other, "send-chunk", Chunk(batch));
        var before = await tenant.StoredAsync();

        foreach (var key in (string?[])[null, "chunk"])
        {
            using var missing = await tenant.PostAsync(mode, $"{TwoModes.Root}/send-chunk", Chunk(Missing), key);
            using var response = await tenant.PostAsync(mode, $"{TwoModes.Root}/send-chunk", Chunk(batch), key);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(missing));
        }

        (await tenant.StoredAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_persons_chunk_for_a_batch_of_a_test_account_is_refused_because_it_would_be_live()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var batch = await tenant.OpenAsync("test");
        var before = await tenant.StoredAsync();

        foreach (var key in (string?[])[null, "chunk"])
        {
            using var response = await tenant.PostAsync("person", $"{TwoModes.Root}/send-chunk", Chunk(batch), key);
            response.StatusCode.ShouldBe(HttpStatusCode.Conflict, await response.Content.ReadAsStringAsync());
            (await SignInService.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("mode_mismatch");
        }

        (await tenant.StoredAsync()).ShouldBe(before);
        var ofTheirOwn = await tenant.OpenAsync("person");
        (await tenant.AcceptedAsync("person", "send-chunk", Chunk(ofTheirOwn))).GetProperty("accepted").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("live")]
    [InlineData("test")]
    public async Task A_job_of_the_other_mode_is_not_continued(string mode)
    {
        var (tenant, other) = (await TwoModes.CreateAsync(service), TwoModes.Other(mode));
        var job = await tenant.JobAsync(other, Csv);
        var before = await tenant.StoredAsync();

        using var missing = await tenant.UploadAsync(mode, Csv, key: null, ("continues", Missing.ToString()));
        using var response = await tenant.UploadAsync(mode, Csv, key: null, ("continues", job.ToString()));

        response.StatusCode.ShouldBe(missing.StatusCode);
        (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(missing));
        (await tenant.StoredAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_person_sees_and_changes_what_either_mode_made()
    {
        var tenant = await TwoModes.CreateAsync(service);
        foreach (var mode in (string[])["live", "test"])
        {
            var id = await tenant.SendAsync(mode);
            (await tenant.GetAsync("person", $"{TwoModes.Root}/{id}")).GetProperty("live").GetBoolean().ShouldBe(mode == "live");
            using var response = await tenant.PostAsync("person", $"{TwoModes.Root}/{id}/cancel");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_key_that_was_used_in_test_is_new_in_live()
    {
        var tenant = await TwoModes.CreateAsync(service);
        foreach (var mode in (string[])["test", "live"])
        {
            await tenant.AcceptedAsync(mode, "send", TwoModes.Send(), "send");
            await tenant.AcceptedAsync(mode, "send-batch", TwoModes.Batch(), "batch");
            (await tenant.AcceptedAsync(mode, "send-batch", TwoModes.Batch(TwoModes.Item("item")))).GetProperty("accepted").GetInt32().ShouldBe(1);
            await tenant.JobAsync(mode, "email,orderId\nann@example.com,key\n", "upload");
        }

        using var again = await tenant.PostAsync("test", $"{TwoModes.Root}/send", TwoModes.Send(), "send");
        again.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_was_tried_in_test_is_sent_in_live_with_the_same_keys_of_its_rows()
    {
        var tenant = await TwoModes.CreateAsync(service);
        foreach (var mode in (string[])["test", "live"])
        {
            var job = await tenant.JobAsync(mode, Csv, key: null, ("idempotencyColumn", "orderId"));
            (await tenant.GetAsync(mode, $"{TwoModes.Root}/bulk/{job}")).GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(2);
        }
    }

    [Fact]
    public async Task Failed_deliveries_that_are_put_back_by_what_they_match_are_of_the_callers_mode()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var (live, test) = ((await PlantAsync(tenant, "live"))["delivery"][0], (await PlantAsync(tenant, "test"))["delivery"][0]);

        using var response = await tenant.PostAsync("test", "/api/v1/admin/dead-letters/requeue", """{"channel":"email"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        (await service.Database.ScalarAsync<short>($"select status from deliveries where id = '{live}'")).ShouldBe((short)73);
        (await service.Database.ScalarAsync<short>($"select status from deliveries where id = '{test}'")).ShouldNotBe((short)73);
    }

    [Fact]
    public async Task Lists_of_failures_receipts_and_sandbox_messages_hold_what_the_callers_mode_made_and_people_choose()
    {
        var tenant = await TwoModes.CreateAsync(service);
        await AddSandboxAsync(tenant);
        var sent = new Dictionary<string, Guid>();
        var failed = new Dictionary<string, Guid>();
        foreach (var mode in (string[])["live", "test"])
        {
            failed[mode] = (await PlantAsync(tenant, mode))["delivery"][0];
            sent[mode] = (await tenant.AcceptedAsync(mode, "send", Now)).GetProperty("deliveries")[0].GetProperty("id").GetGuid();
        }

        foreach (var (list, id, expected) in ((string, string, Dictionary<string, Guid>)[])
            [("dead-letters", "id", failed), ("receipts?state=applied", "deliveryId", sent), ("sandbox/messages", "deliveryId", sent), ("sandbox/messages?to=ann@example.com", "deliveryId", sent)])
        {
            var path = $"/api/v1/admin/{list}";
            var separator = list.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            // The sandbox reports a moment later.
            await Eventually.TrueAsync(async () => (await IdsAsync("person", path)).Order().SequenceEqual(expected.Values.Order()), TimeSpan.FromSeconds(90));
            foreach (var mode in (string[])["live", "test"])
            {
                (await IdsAsync(mode, path)).ShouldBe([expected[mode]], $"{mode} {path}");
                (await IdsAsync(mode, $"{path}{separator}cursor=")).ShouldBe([expected[mode]], $"{mode} {path} by cursor");
                (await tenant.GetAsync(mode, path)).GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(1, $"{mode} {path}");
                (await IdsAsync("person", $"{path}{separator}mode={mode}")).ShouldBe([expected[mode]], $"person {path} {mode}");
                (await tenant.GetAsync(mode, path)).GetProperty("items")[0].GetProperty("live").GetBoolean().ShouldBe(mode == "live", $"{mode} {path}");
                using var other = await tenant.AskAsync(mode, HttpMethod.Get, $"{path}{separator}mode={TwoModes.Other(mode)}");
                other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{mode} {path}");
                var error = (await SignInService.ReadAsync(other)).GetProperty("errors")[0];
                (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()).ShouldBe(("/query/mode", "mode_mismatch"), $"{mode} {path}");
            }

            async Task<List<Guid>> IdsAsync(string who, string from) =>
                [.. (await tenant.GetAsync(who, from)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty(id).GetGuid())];
        }
    }

    private static async Task AddSandboxAsync(TwoModes tenant)
    {
        using var response = await tenant.PostAsync("person", "/api/v1/admin/providers", """{"channel":"email","type":"sandbox","name":"Sandbox","priority":1}""");
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Of each kind something that each command would change, were it the caller's.</summary>
    private async Task<Dictionary<string, Guid[]>> PlantAsync(TwoModes tenant, string mode)
    {
        var (waiting, failed) = (await tenant.SendAsync(mode), await tenant.SendAsync(mode));
        // What failed was due: were it still scheduled, to put it back would call before its time.
        await service.Database.ExecuteAsync($"update notifications set send_at = null where id = '{failed}'");
        var delivery = await service.Database.ScalarAsync<Guid>(
            $$"""
            with failed as (
                update deliveries set status = {status.failed}, timeline_seq = timeline_seq + 1, failure_kind = {failure.permanent}, failure_code = 'x', failure_message = 'x'
                where tenant_id = '{{tenant.Tenant}}' and id::text like left('{{failed}}', 35) || '%' returning tenant_id, id, timeline_seq)
            insert into timeline (tenant_id, delivery_id, seq, status, at) select tenant_id, id, timeline_seq, {status.failed}, now() from failed returning delivery_id
            """);
        var (open, closed) = (await tenant.OpenAsync(mode, """{"recipient":{"email":"ann@example.com"}}"""), await tenant.OpenAsync(mode, """{"recipient":{"email":"ann@example.com"}}""", isFinal: true));
        var (queued, paused) = (await tenant.JobAsync(mode, Csv), await tenant.JobAsync(mode, $"{Csv}cy@example.com,3\n"));
        using var response = await tenant.PostAsync(mode, $"{TwoModes.Root}/bulk/{paused}/pause");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var (endpoint, message, replay) = await PlantWebhookAsync(tenant, mode);
        var erasure = await service.Database.ScalarAsync<Guid>(
            $"""
            insert into recipient_erasures (tenant_id, id, live, digest, requested_at, asked_at, sweep_began, finished_at)
            values ('{tenant.Tenant}', gen_random_uuid(), {mode == "live"}, sha256('x'), now(), now(), now(), now()) returning id
            """);
        using var cancelling = await tenant.PostAsync(mode, $"{TwoModes.Root}/cancel", """{"filter":{"reference":"none"}}""");
        var cancel = (await SignInService.ReadAsync(cancelling)).GetProperty("jobId").GetGuid();
        return new()
        {
            ["cancel"] = [cancel],
            ["notification"] = [waiting, failed],
            ["batch"] = [open, closed],
            ["job"] = [queued, paused],
            ["delivery"] = [delivery],
            ["endpoint"] = [endpoint],
            ["message"] = [message],
            ["erasure"] = [erasure],
            ["replay"] = [replay],
        };
    }

    /// <summary>A message that failed and a replay that has ended, of an endpoint that hears of nothing else.</summary>
    private async Task<(Guid Endpoint, Guid Message, Guid Replay)> PlantWebhookAsync(TwoModes tenant, string mode)
    {
        var (endpoint, message, replay, live) = (await tenant.EndpointAsync("[\"provider.parked\"]"), service.Database.Ids.Next(), service.Database.Ids.Next(), mode == "live");
        await service.Database.ExecuteAsync($$"""
            insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, attempts, due_at, created_at, ended_at, live)
            values ('{{message}}', '{{tenant.Tenant}}', '{{endpoint}}', 'evt_{{message:N}}', 'batch.completed', '{{message}}', 1, now(), '{}', 3, 1, now(), now(), now(), {{live}});
            insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, state, created_at, live)
            values ('{{tenant.Tenant}}', '{{replay}}', '{{endpoint}}', 1, now(), now(), now(), 2, now(), {{live}})
            """);
        return (endpoint, message, replay);
    }

    private static bool IsOfOneThing((string Path, string Method, System.Text.Json.JsonElement Operation) operation) =>
        operation.Path.Contains('{', StringComparison.Ordinal) && !operation.Path.StartsWith(OfPeople, StringComparison.Ordinal) && !operation.Path.StartsWith(OfTopics, StringComparison.Ordinal)
        && (operation.Path.StartsWith("/api/v1/services/", StringComparison.Ordinal) || operation.Path.StartsWith("/api/v1/admin/dead-letters/", StringComparison.Ordinal)
            || (operation.Path.StartsWith(OfEndpoint, StringComparison.Ordinal) && operation.Path.IndexOf('{', OfEndpoint.Length) > 0));

    private static string? KindOf(string path) =>
        path.StartsWith($"{OfEndpoint}deliveries/{{", StringComparison.Ordinal) ? "message"
        : path.StartsWith($"{OfEndpoint}replays/{{", StringComparison.Ordinal) ? "replay"
        : path.StartsWith("/api/v1/admin/dead-letters/{", StringComparison.Ordinal) ? "delivery"
        : path.StartsWith("/api/v1/services/erasures/{", StringComparison.Ordinal) ? "erasure"
        : path.StartsWith($"{TwoModes.Root}/cancel/{{", StringComparison.Ordinal) ? "cancel"
        : path.StartsWith($"{TwoModes.Root}/batches/{{", StringComparison.Ordinal) ? "batch"
        : path.StartsWith($"{TwoModes.Root}/bulk/{{", StringComparison.Ordinal) ? "job"
        : path.StartsWith($"{TwoModes.Root}/{{", StringComparison.Ordinal) ? "notification"
        : null;

    private static async Task<string> RespondAsync(TwoModes tenant, string mode, string method, string path, Guid endpoint, Guid id)
    {
        var filled = System.Text.RegularExpressions.Regex.Replace(path.Replace(OfEndpoint, $"{TwoModes.Webhooks}/{endpoint}/", StringComparison.Ordinal), "\\{[^}]*\\}", id.ToString());
        using var response = await tenant.AskAsync(mode, new HttpMethod(method), filled);
        return $"{(int)response.StatusCode} {(await SignInService.BodyWithoutTraceAsync(response)).Replace(id.ToString(), "…", StringComparison.Ordinal)}";
    }

    private static string Chunk(Guid batch) => $$$"""{"batchId":"{{{batch}}}","sequence":0,"notifications":[{"recipient":{"email":"ann@example.com"}}]}""";
}
