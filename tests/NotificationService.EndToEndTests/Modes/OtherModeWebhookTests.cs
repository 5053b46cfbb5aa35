using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Modes;

/// <summary>A tenant's webhook endpoints hear of both modes; of what they were sent a service account sees and resends what is of its own.</summary>
[Collection(SignInCollection.Name)]
public sealed class OtherModeWebhookTests(SignInService service)
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);
    private static readonly string[] Modes = ["live", "test"];

    [Fact]
    public async Task Messages_of_a_webhook_endpoint_are_of_the_callers_mode_and_people_choose()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var (endpoint, subjects) = await SentAsync(tenant);
        var path = $"{endpoint}/deliveries";

        var everything = await ItemsAsync("person", path);
        foreach (var mode in Modes)
        {
            var own = await ItemsAsync(mode, path);
            own.ShouldAllBe(item => item.GetProperty("live").GetBoolean() == (mode == "live"));
            subjects[mode].ShouldBeSubsetOf(own.Select(SubjectOf));
            own.Select(SubjectOf).Intersect(subjects[TwoModes.Other(mode)]).ShouldBeEmpty(mode);
            var ids = own.Select(IdOf).ToList();
            ids.ShouldBe(everything.Where(item => item.GetProperty("live").GetBoolean() == (mode == "live")).Select(IdOf));

            foreach (var query in (string[])["cursor=", "status=failed", "status=failed&cursor="])
                (await ItemsAsync(mode, $"{path}?{query}")).Select(IdOf).ShouldBe(ids, query);
            (await ItemsAsync(mode, $"{path}?type=delivery.cancelled")).Select(IdOf).ShouldBe(own.Where(item => item.GetProperty("type").GetString() == "delivery.cancelled").Select(IdOf));
            (await ItemsAsync("person", $"{path}?mode={mode}")).Select(IdOf).ShouldBe(ids);
            (await tenant.GetAsync(mode, $"{path}?limit=1")).GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(ids.Count);
            using var refused = await tenant.AskAsync(mode, HttpMethod.Get, $"{path}?mode={TwoModes.Other(mode)}");
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

            (await tenant.GetAsync("person", $"{path}/{ids[0]}")).GetProperty("live").GetBoolean().ShouldBe(mode == "live");
            using var resent = await tenant.PostAsync(mode, $"{path}/{ids[0]}/resend");
            resent.StatusCode.ShouldBe(HttpStatusCode.Accepted, await resent.Content.ReadAsStringAsync());
            using var again = await tenant.PostAsync("person", $"{path}/{ids[1]}/resend");
            again.StatusCode.ShouldBe(HttpStatusCode.Accepted, await again.Content.ReadAsStringAsync());
        }

        async Task<List<JsonElement>> ItemsAsync(string who, string from) =>
            [.. (await tenant.GetAsync(who, $"{from}{(from.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=100")).GetProperty("items").EnumerateArray()];
    }

    [Fact]
    public async Task A_sample_is_of_the_mode_of_whoever_asked_for_it()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var path = $"{TwoModes.Webhooks}/{await tenant.EndpointAsync("[\"*\"]")}";
        foreach (var (who, mode) in ((string, string)[])[("live", "live"), ("test", "test"), ("person", "live")])
        {
            using var response = await tenant.PostAsync(who, $"{path}/test");
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            var message = (await SignInService.ReadAsync(response)).GetProperty("messageId").GetGuid();

            (await tenant.GetAsync(mode, $"{path}/deliveries/{message}")).GetProperty("live").GetBoolean().ShouldBe(mode == "live", who);
            using var other = await tenant.AskAsync(TwoModes.Other(mode), HttpMethod.Get, $"{path}/deliveries/{message}");
            other.StatusCode.ShouldBe(HttpStatusCode.NotFound, who);
        }
    }

    [Theory]
    [InlineData("live")]
    [InlineData("test")]
    public async Task A_replay_that_a_service_account_asks_for_brings_back_what_is_of_its_mode(string mode)
    {
        var tenant = await TwoModes.CreateAsync(service);
        var (path, _) = await SentAsync(tenant);
        var live = mode == "live";
        var count = await service.Database.ScalarAsync<long>($"select count(*) from webhook_messages where tenant_id = '{tenant.Tenant}' and live = {live}");

        foreach (var kind in (string[])["failed", "all"])
        {
            await FailAsync(tenant);
            using var response = await tenant.PostAsync(mode, $"{path}/replay", $$"""{"mode":"{{kind}}","since":"{{TimeProvider.System.GetUtcNow().AddHours(-1):O}}"}""");
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            var replay = await SignInService.ReadAsync(response);
            replay.GetProperty("live").GetBoolean().ShouldBe(live);
            var seen = $"{path}/replays/{replay.GetProperty("id").GetGuid()}";
            using var other = await tenant.AskAsync(TwoModes.Other(mode), HttpMethod.Get, seen);
            other.StatusCode.ShouldBe(HttpStatusCode.NotFound);

            await Eventually.TrueAsync(async () => (await tenant.GetAsync("person", seen)).GetProperty("status").GetString() == "done", Ample);
            (await tenant.GetAsync(mode, seen)).GetProperty("queued").GetInt64().ShouldBe(count, kind);
            await Eventually.TrueAsync(() => service.Database.ScalarAsync<bool>($"select not exists (select from outbox where tenant_id = '{tenant.Tenant}')"), Ample);
            (await service.Database.ScalarAsync<bool>($"select bool_and((state = {{message.failed}}) = (live <> {live})) from webhook_messages where tenant_id = '{tenant.Tenant}'")).ShouldBeTrue(kind);
        }
    }

    /// <summary>An endpoint whose every message has failed, and per mode what was done that it was reported of: a delivery, a batch and a job.</summary>
    private async Task<(string Path, Dictionary<string, Guid[]> Subjects)> SentAsync(TwoModes tenant)
    {
        var endpoint = await tenant.EndpointAsync("""["delivery.*","batch.*","bulk_job.*"]""");
        var subjects = new Dictionary<string, Guid[]>();
        foreach (var mode in Modes)
        {
            var sent = await tenant.AcceptedAsync(mode, "send", TwoModes.Send());
            var batch = await tenant.OpenAsync(mode, """{"recipient":{"email":"ann@example.com"}}""", isFinal: true);
            foreach (var what in (string[])[$"{sent.GetProperty("id").GetGuid()}", $"batches/{batch}"])
            {
                using var response = await tenant.PostAsync(mode, $"{TwoModes.Root}/{what}/cancel");
                response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            }

            subjects[mode] = [sent.GetProperty("deliveries")[0].GetProperty("id").GetGuid(), batch, await tenant.JobAsync(mode, $"email,orderId\nann@example.com,{mode}\n")];
        }

        // A batch ends last of all: what was reported of it was preceded by what was reported of its deliveries.
        await Eventually.TrueAsync(
            () => service.Database.ScalarAsync<bool>($"""
                select count(distinct subject) = 6 and not exists (select from outbox where tenant_id = '{tenant.Tenant}')
                from webhook_messages where tenant_id = '{tenant.Tenant}' and type in ('delivery.cancelled', 'batch.completed', 'bulk_job.completed')
                  and subject in ('{string.Join("', '", subjects.Values.SelectMany(ids => ids))}')
                """),
            Ample);
        await FailAsync(tenant);
        return ($"{TwoModes.Webhooks}/{endpoint}", subjects);
    }

    /// <summary>Whatever a worker makes of a call that is under way is no longer its to write.</summary>
    private Task<int> FailAsync(TwoModes tenant) => service.Database.ExecuteAsync(
        $"update webhook_messages set state = {{message.failed}}, reason = 'exhausted', attempts = greatest(attempts, 1::smallint), in_flight = false, ended_at = now() where tenant_id = '{tenant.Tenant}'");

    private static Guid SubjectOf(JsonElement message) => message.GetProperty("subject").GetGuid();

    private static Guid IdOf(JsonElement message) => message.GetProperty("id").GetGuid();
}
