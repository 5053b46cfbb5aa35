using System.Text.Json;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.EndToEndTests.Kafka;

public sealed class KafkaStatusTests(KafkaService service) : IClassFixture<KafkaService>
{
    [Fact]
    public async Task What_became_of_a_notification_is_published_in_its_order_under_its_id()
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "round-trip", "notification.send", KafkaService.Send("round-trip"));
        await service.UntilAcceptedAsync("round-trip");
        var id = await service.Database.ScalarAsync<Guid>("select id from notifications where reference = 'round-trip'");

        var events = await UntilPublishedAsync(id.ToString(), "delivery.delivered");

        FirstOfEach(events).ShouldBe(["delivery.sent", "delivery.delivered"]);
        var first = events[0];
        (first.Record.Key, first.Record.Header("content-type")).ShouldBe((id.ToString(), "application/cloudevents+json; charset=UTF-8"));
        (first.Value.GetProperty("specversion").GetString(), first.Value.GetProperty("subject").GetString()).ShouldBe(("1.0", id.ToString()));
        first.Value.GetProperty("data").GetProperty("reference").GetString().ShouldBe("round-trip");
        first.Value.GetProperty("source").GetString().ShouldBe($"/tenants/{await service.Database.ScalarAsync<Guid>("select tenant_id from tenants where key = 'demo'")}");
        events.DistinctBy(published => published.Value.GetProperty("id").GetString()).Select(published => published.Value.GetProperty("sequence").GetString()).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task That_a_tenants_only_webhook_endpoint_was_disabled_is_published_there()
    {
        var (endpoint, tenant) = (Guid.CreateVersion7(), await service.Database.ScalarAsync<Guid>("select tenant_id from tenants where key = 'demo'"));
        foreach (var type in (string[])["webhook_endpoint.failing", "webhook_endpoint.disabled"])
            await service.Database.ExecuteAsync($"select notification_meta.publish_event('{tenant}', notification_meta.new_id(), '{type}', '{endpoint}', now(), json_build_object('reason', 'failing', 'failures', 5))");

        var events = await UntilPublishedAsync(endpoint.ToString(), "webhook_endpoint.disabled");

        FirstOfEach(events).ShouldBe(["webhook_endpoint.failing", "webhook_endpoint.disabled"]);
        events[^1].Value.GetProperty("data").GetProperty("endpointId").GetGuid().ShouldBe(endpoint);
    }

    [Fact]
    public async Task While_the_broker_is_down_events_wait_the_service_stays_ready_and_afterwards_all_are_published_in_order()
    {
        var sender = await service.SenderAsync();
        service.Brokers.TakeDown();
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
            ids.Add(await SendAsync(sender, $"while-down-{i}"));
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from deliveries d join notifications n on n.id = overlay(d.id::text placing '0' from 36)::uuid where n.reference like 'while-down-%' and d.status = {status.delivered}") == 30,
            KafkaService.Ample);
        await Eventually.TrueAsync(async () => (await AskAsync("/health")).Contains("\"degraded\"", StringComparison.Ordinal), KafkaService.Ample);
        await Eventually.TrueAsync(async () => await AskAsync("/health/ready") == "ready", KafkaService.Ample);
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from kafka_messages") >= 60, KafkaService.Ample);
        await Eventually.TrueAsync(async () => !(await AskAsync("/metrics")).Contains("notification_kafka_waiting 0", StringComparison.Ordinal), KafkaService.Ample);

        service.Brokers.BringUp();

        foreach (var id in ids)
        {
            var types = FirstOfEach(await UntilPublishedAsync(id, "delivery.delivered"));
            types.ShouldBe(["delivery.sent", "delivery.delivered"]);
        }

        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from kafka_messages") == 0, TimeSpan.FromSeconds(120));
        await Eventually.TrueAsync(async () => (await AskAsync("/health")).Contains("\"status\":\"healthy\"", StringComparison.Ordinal), KafkaService.Ample);
    }

    [Fact]
    public async Task Two_nodes_publish_each_event_and_when_one_is_killed_the_other_goes_on()
    {
        await using var other = await service.StartNodeAsync(("Notification__Kafka__GroupId", "another-group"), ("Notification__Roles", "worker"), ServiceProcess.WithoutSeed);
        var sender = await service.SenderAsync();
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add(await SendAsync(sender, $"two-nodes-{i}"));
            if (i == 20)
                await other.KillAsync();
        }

        foreach (var id in ids)
        {
            var published = FirstOfEach(await UntilPublishedAsync(id, "delivery.delivered"));
            // What was in mid-call when its worker was killed may be known only by the provider's report.
            var timeline = await service.Database.QueryAsync<short>($"select status from timeline where overlay(delivery_id::text placing '0' from 36)::uuid = '{id}' and status >= {{status.sent}} order by seq");
            published.ShouldBe(timeline.Select(status => status == 40 ? "delivery.sent" : "delivery.delivered"));
        }
    }

    [Theory]
    [InlineData("structured")]
    [InlineData("binary")]
    public async Task What_the_CloudEvents_SDK_writes_is_taken_and_what_is_published_it_reads(string mode)
    {
        var sdk = await NodeProgram.WithAsync("cloudevents@10.0.0");
        var written = JsonElement.Parse(await sdk.RunAsync(
            """
            const { CloudEvent, Kafka } = require('cloudevents');
            const { mode, data } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            const message = Kafka[mode](new CloudEvent({ id: `sdk-${mode}`, source: '/sdk', type: 'notification.send', datacontenttype: 'application/json', partitionkey: 'pk', data }));
            const value = typeof message.value === 'string' ? message.value : JSON.stringify(message.value);
            console.log(JSON.stringify({ key: message.key, value, headers: Object.entries(message.headers).filter(header => header[1] != null) }));
            """,
            $$"""{"mode":"{{mode}}","data":{{KafkaService.Send($"sdk-{mode}")}}}"""));
        await service.Brokers.ProduceAsync(
            KafkaService.Input, written.GetProperty("key").GetString(), written.GetProperty("value").GetString(),
            [.. written.GetProperty("headers").EnumerateArray().Select(header => (header[0].GetString()!, header[1].GetString()!))]);
        await service.UntilAcceptedAsync($"sdk-{mode}");
        var id = await service.Database.ScalarAsync<Guid>($"select id from notifications where reference = 'sdk-{mode}'");
        var published = (await UntilPublishedAsync(id.ToString(), "delivery.delivered"))[^1].Record;

        var read = JsonElement.Parse(await sdk.RunAsync(
            """
            const { Kafka } = require('cloudevents');
            const message = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            const event = Kafka.toEvent(message);
            event.validate();
            console.log(JSON.stringify(event));
            """,
            JsonSerializer.Serialize(new { key = published.Key, value = published.Value, headers = published.Headers.ToDictionary(header => header.Name, header => header.Value) })));

        (read.GetProperty("type").GetString(), read.GetProperty("subject").GetString(), read.GetProperty("partitionkey").GetString()).ShouldBe(("delivery.delivered", id.ToString(), id.ToString()));
        read.GetProperty("data").GetProperty("reference").GetString().ShouldBe($"sdk-{mode}");
    }

    /// <summary>An event may be published again with what follows it, and never before what precedes it.</summary>
    private static IEnumerable<string?> FirstOfEach(IEnumerable<(KafkaRecord Record, JsonElement Value)> events) =>
        events.DistinctBy(published => published.Value.GetProperty("id").GetString()).Select(published => published.Value.GetProperty("type").GetString());

    private static async Task<string> SendAsync(ApiClient sender, string reference)
    {
        using var response = await sender.SendNotificationAsync(KafkaService.Send(reference));
        response.EnsureSuccessStatusCode();
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }

    private async Task<string> AskAsync(string path)
    {
        using var response = await service.Process.Client.GetAsync(new Uri(path, UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<IReadOnlyList<(KafkaRecord Record, JsonElement Value)>> UntilPublishedAsync(string key, string lastType)
    {
        List<(KafkaRecord Record, JsonElement Value)> events = [];
        await Eventually.TrueAsync(
            () =>
            {
                events = [.. service.Brokers.Read(KafkaService.Status).Where(record => record.Key == key).Select(record => (record, JsonElement.Parse(record.Value!)))];
                return events.Any(published => published.Value.GetProperty("type").GetString() == lastType);
            },
            TimeSpan.FromSeconds(240), () => $"{lastType} of {key} was not published:\n{service.Process.Output}");
        return events;
    }
}
