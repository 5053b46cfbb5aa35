using System.Text;
using System.Text.Json;
using NotificationService.Testing;
using NotificationService.Testing.Kafka;

namespace NotificationService.EndToEndTests.Kafka;

public sealed class KafkaIntakeTests(KafkaService service) : IClassFixture<KafkaService>
{
    [Fact]
    public async Task An_event_in_the_structured_mode_becomes_a_notification_that_is_delivered()
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "s-1", "notification.send", KafkaService.Send("structured"));

        await service.UntilAcceptedAsync("structured");
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from deliveries d join notifications n on n.id = overlay(d.id::text placing '0' from 36)::uuid where n.reference = 'structured' and d.status >= {status.delivered}") == 1,
            KafkaService.Ample);
    }

    [Fact]
    public async Task An_event_in_the_binary_mode_becomes_a_notification_in_the_trace_that_it_names()
    {
        const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await service.Brokers.ProduceAsync(
            KafkaService.Input, "key", KafkaService.Send("binary"),
            ("ce_specversion", "1.0"), ("ce_id", "b-1"), ("ce_source", "/tests"), ("ce_type", "notification.send"), ("ce_traceparent", Trace), ("content-type", "application/json"));

        await service.UntilAcceptedAsync("binary");
        (await service.Database.ScalarAsync<string>("select trace_parent from notifications where reference = 'binary'")).ShouldBe(Trace);
    }

    [Fact]
    public async Task The_same_event_twice_is_one_notification_in_whichever_mode_it_comes()
    {
        var body = KafkaService.Send("twice");
        for (var i = 0; i < 5; i++)
            await service.Brokers.ProduceEventAsync(KafkaService.Input, "dup-1", "notification.send", body, key: $"k{i}");
        await service.Brokers.ProduceAsync(KafkaService.Input, null, body, ("ce_specversion", "1.0"), ("ce_id", "dup-1"), ("ce_source", "/tests"), ("ce_type", "notification.send"));
        // Another source's event of the same id is another event.
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "dup-1", "notification.send", KafkaService.Send("twice-elsewhere"), source: "/elsewhere");
        await DrainedAsync();

        (await service.CountAsync("twice"), await service.CountAsync("twice-elsewhere")).ShouldBe((1, 1));
    }

    [Fact]
    public async Task An_id_that_identifies_another_event_is_a_dead_letter_and_not_lost()
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "reused", "notification.send", KafkaService.Send("reused-first"), key: "same");
        await service.UntilAcceptedAsync("reused-first");
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "reused", "notification.send", KafkaService.Send("reused-second"), key: "same");

        (await service.DeadLetterAsync("reused-second")).Header("dlq-reason").ShouldBe("id_reused");
    }

    [Fact]
    public async Task What_cannot_be_taken_goes_to_the_dead_letters_with_the_reason_and_everything_that_it_came_with()
    {
        const string Value = """{"specversion":"1.0","id":"poison-1","source":"/tests","type":"notification.send","data":{"channel":"email","content":{"subject":"x","text":"y"},"recipient":{"email":"nobody"}}}""";
        await service.Brokers.ProduceAsync(
            KafkaService.Input, "the-key", Value, ("content-type", "application/cloudevents+json"), ("x-mine", "one"), ("x-mine", "two"), ("dlq-reason", "an older one"));
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "after-poison", "notification.send", KafkaService.Send("after-poison"), key: "the-key");

        var dead = await service.DeadLetterAsync("poison-1");
        await service.UntilAcceptedAsync("after-poison");

        (dead.Key, dead.Value).ShouldBe(("the-key", Value));
        dead.Headers.Take(4).ShouldBe([("content-type", "application/cloudevents+json"), ("x-mine", "one"), ("x-mine", "two"), ("dlq-reason", "an older one")]);
        (dead.Header("dlq-reason"), dead.Header("dlq-topic"), dead.Header("dlq-partial")).ShouldBe(("validation_failed", KafkaService.Input, null));
        dead.Header("dlq-offset").ShouldNotBeNull();
        JsonElement.Parse(dead.Header("dlq-errors")!)[0].GetProperty("pointer").GetString().ShouldBe("/recipient/email");
    }

    [Theory]
    [InlineData("nobody-home", "template_unknown", "notification.send", """{"template":"nobody-home","recipient":{"email":"a@example.com"}}""")]
    [InlineData("surplus", "unknown_property", "notification.send", """{"surplus":1,"channel":"email","content":{"subject":"x","text":"y"},"recipient":{"email":"a@example.com"}}""")]
    [InlineData("rt.one", "/audience", "realtime.event.publish", """{"type":"rt.one"}""")]
    [InlineData("rt.two", "template_unknown", "realtime.event.publish", """{"type":"rt.two","audience":{"users":["ann"]},"notify":{"template":"nobody-home"}}""")]
    [InlineData("typo-1", "type_unknown", "notification.sent", """{"typo-1":1}""")]
    [InlineData("list-1", "body_not_object", "notification.send", """["list-1"]""")]
    public async Task A_bad_command_is_a_dead_letter_that_names_what_is_wrong(string mark, string code, string type, string data)
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Input, $"bad-{mark}", type, data);

        var dead = await service.DeadLetterAsync(mark);
        (dead.Header("dlq-reason") == code || dead.Header("dlq-errors")!.Contains(code, StringComparison.Ordinal)).ShouldBeTrue($"{dead.Header("dlq-reason")} {dead.Header("dlq-errors")}");
    }

    [Fact]
    public async Task Whatever_stands_in_the_topic_nothing_stops_the_intake()
    {
        byte[]?[] values = [null, [], [0xFF, 0xFE, 0x00], Encoding.UTF8.GetBytes("null"), Encoding.UTF8.GetBytes(new string('[', 100_000)), Encoding.UTF8.GetBytes("{\"specversion\":\"1.0\"}")];
        foreach (var value in values)
        {
            await service.Brokers.ProduceAsync(KafkaService.Input, "junk", value, []);
            await service.Brokers.ProduceAsync(KafkaService.Input, "junk", value, [("content-type", Encoding.UTF8.GetBytes("application/cloudevents+json"))]);
            await service.Brokers.ProduceAsync(KafkaService.Input, "junk", value, [("ce_id", [0xFF]), ("ce_type", [])]);
        }

        await service.Brokers.ProduceEventAsync(KafkaService.Input, "after-junk", "notification.send", KafkaService.Send("after-junk"), key: "junk");
        await service.UntilAcceptedAsync("after-junk");

        await Eventually.TrueAsync(
            () => service.Brokers.Read(KafkaService.DeadLetters).Where(record => record.Key == "junk").DistinctBy(record => record.Header("dlq-offset")).Count() == 3 * values.Length, KafkaService.Ample);
    }

    [Theory]
    [InlineData("notification.send")]
    [InlineData("notification.batch.send")]
    public async Task A_name_that_is_no_text_is_a_dead_letter_and_stops_nothing(string type)
    {
        string[] bodies = ["""{"\ud800xxxxxxxx":1}""", """{"\ud800xxxxxxxx":1,"\ud800xxxxxxxx":2}""", """{"notifications":[{"\ud800xxxxxxxx":1}],"\udc00":{}}"""];
        foreach (var body in bodies)
        {
            await service.Brokers.ProduceAsync(
                KafkaService.Input, $"names-{type}", body, ("ce_specversion", "1.0"), ("ce_id", $"n-{type}-{body.Length}"), ("ce_source", "/tests"), ("ce_type", type), ("content-type", "application/json"));
        }

        await service.Brokers.ProduceEventAsync(KafkaService.Input, $"after-{type}", "notification.send", KafkaService.Send($"after-{type}"), key: $"names-{type}");
        await service.UntilAcceptedAsync($"after-{type}");

        // What is taken is committed before the dead letters of its batch are written, and those may stand there twice.
        List<KafkaRecord> dead = [];
        await Eventually.TrueAsync(
            () => (dead = [.. service.Brokers.Read(KafkaService.DeadLetters).Where(record => record.Key == $"names-{type}")]).DistinctBy(record => record.Value).Count() >= bodies.Length, KafkaService.Ample);
        dead.Select(record => record.Value).Distinct().ShouldBe(bodies);
        dead.Select(record => record.Header("dlq-reason")).ShouldAllBe(reason => reason == "validation_failed");
    }

    [Fact]
    public async Task Of_a_batch_the_good_items_are_taken_and_the_bad_ones_named_in_a_dead_letter()
    {
        var data = $$$"""{"reference":"kafka-batch","final":true,"notifications":[{{{KafkaService.Send("batch-good-1")}}},{"recipient":{}},{{{KafkaService.Send("batch-good-2")}}}]}""";
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "batch-1", "notification.batch.send", data, key: "b");
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "batch-1", "notification.batch.send", data, key: "b");
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "after-batch", "notification.send", KafkaService.Send("after-batch"), key: "b");
        await service.UntilAcceptedAsync("after-batch");

        (await service.CountAsync("batch-good-1"), await service.CountAsync("batch-good-2")).ShouldBe((1, 1));
        (await service.Database.ScalarAsync<long>("select count(*) from batches where reference = 'kafka-batch'")).ShouldBe(1);
        var dead = await service.DeadLetterAsync("kafka-batch");
        (dead.Header("dlq-reason"), dead.Header("dlq-partial")).ShouldBe(("items_rejected", "true"));
        dead.Header("dlq-errors")!.ShouldContain("/notifications/1/");
    }

    [Fact]
    public async Task A_rule_makes_a_notification_of_the_tenants_own_event_and_other_events_are_left_alone()
    {
        await (await service.AdminAsync()).CreateEventRuleAsync(new
        {
            type = "com.example.order.shipped",
            template = "order-shipped",
            channel = "email",
            recipient = new { userId = "data.customer.id", email = "data.customer.addresses.0", locale = "lang" },
            data = new { orderId = "data.order.number" },
            category = "shipping",
        });
        await service.Brokers.ProduceEventAsync(
            KafkaService.Input, "shipped-1", "com.example.order.shipped", """{"customer":{"id":42,"addresses":["kim@example.com"]},"order":{"number":"A-77"}}""", key: "rule", more: ",\"lang\":\"fr\"");
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "shipped-2", "com.example.order.shipped", """{"customer":{"id":true},"order":{"number":"A-78"}}""", key: "rule");
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "packed-1", "com.example.order.packed", """{"mark":"left-alone"}""", key: "rule");
        await service.UntilAcceptedAsync("shipped-1");

        (await service.Database.ScalarAsync<string>("select recipient::jsonb ->> 'userId' || ' ' || (recipient::jsonb ->> 'email') || ' ' || (recipient::jsonb ->> 'locale') || ' ' || data::text || ' ' || category from notifications where reference = 'shipped-1'"))
            .ShouldBe("""42 kim@example.com fr {"orderId":"A-77"} shipping""");
        (await service.DeadLetterAsync("shipped-2")).Header("dlq-errors")!.ShouldContain("/recipient/userId");
        await DrainedAsync();
        service.Brokers.Read(KafkaService.DeadLetters).ShouldNotContain(record => (record.Value ?? "").Contains("left-alone", StringComparison.Ordinal), "a record may be empty");
    }

    [Fact]
    public async Task A_topic_without_the_scope_sends_nothing()
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Forbidden, "f-1", "notification.send", KafkaService.Send("not-allowed"));

        (await service.DeadLetterAsync("not-allowed")).Header("dlq-reason").ShouldBe("forbidden");
        (await service.CountAsync("not-allowed")).ShouldBe(0);
    }

    [Fact]
    public async Task An_event_for_people_who_are_connected_is_published_once_and_notifies_only_where_the_topic_may_send()
    {
        await (await service.AdminAsync()).PublishTemplateAsync("meter", new { key = "meter", name = "Meter", contents = new { in_app = new { en = new { title = "Meter", body = "{{value}}" } } } });
        static string Event(string type, int value, string more = "") => $$$"""{"type":"{{{type}}}","audience":{"users":["ann"]},"data":{"value":{{{value}}}}{{{more}}}}""";
        const string Notify = """, "notify":{"template":"meter"}""";
        for (var i = 0; i < 3; i++)
            await service.Brokers.ProduceEventAsync(KafkaService.Forbidden, "p-1", "realtime.event.publish", Event("meter.read", 42));
        await service.Brokers.ProduceEventAsync(KafkaService.Forbidden, "p-1", "realtime.event.publish", Event("meter.read", 43));
        await service.Brokers.ProduceEventAsync(KafkaService.Forbidden, "p-2", "realtime.event.publish", Event("meter.refused", 44, Notify));
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "p-3", "realtime.event.publish", Event("meter.tested", 45, Notify));

        (await service.DeadLetterAsync("\"value\":43")).Header("dlq-reason").ShouldBe("id_reused");
        (await service.DeadLetterAsync("meter.refused")).Header("dlq-reason").ShouldBe("forbidden");
        (await service.Database.ScalarAsync<long>("select count(*) from realtime_events where type = 'meter.read'")).ShouldBe(1);
        // The topic of tests: its notification goes to the sandbox, and its event to nobody.
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from notifications where recipient::jsonb ->> 'userId' = 'ann' and not live and data::text like '%45%'") == 1, KafkaService.Ample);
        (await service.Database.ScalarAsync<long>("select count(*) from realtime_events where type like 'meter.%'")).ShouldBe(1);
    }

    [Fact]
    public async Task Notifications_of_one_partition_stand_in_its_order()
    {
        for (var i = 0; i < 300; i++)
            await service.Brokers.ProduceEventAsync(KafkaService.Input, $"order-{i}", "notification.send", KafkaService.Send($"in-order-{i:000}"), key: "one-partition");
        await service.UntilAcceptedAsync("in-order-299");

        var references = await service.Database.QueryAsync<string>("select reference from notifications where reference like 'in-order-%' order by id");
        references.ShouldBe(Enumerable.Range(0, 300).Select(i => $"in-order-{i:000}"));
    }

    [Fact]
    public async Task What_was_read_is_counted_and_the_brokers_are_seen()
    {
        await service.Brokers.ProduceEventAsync(KafkaService.Input, "counted", "notification.send", KafkaService.Send("counted"));
        await service.UntilAcceptedAsync("counted");

        await Eventually.TrueAsync(
            async () =>
            {
                var metrics = await service.Process.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
                return metrics.Contains("notification_kafka_lag{topic=\"orders\"} 0", StringComparison.Ordinal)
                    && metrics.Contains("notification_kafka_records_total{", StringComparison.Ordinal) && metrics.Contains("notification_kafka_up 1", StringComparison.Ordinal);
            },
            KafkaService.Ample);
        using var health = await service.Process.Client.GetAsync(new Uri("/health", UriKind.Relative));
        (await health.Content.ReadAsStringAsync()).ShouldContain("\"kafka_intake\"");
    }

    /// <summary>Until the service has read everything that stands in the topic.</summary>
    private async Task DrainedAsync()
    {
        var mark = $"drained-{Guid.NewGuid():n}";
        for (var i = 0; i < 40; i++)
            await service.Brokers.ProduceEventAsync(KafkaService.Input, $"{mark}-{i}", "notification.send", KafkaService.Send(mark), key: $"{mark}-{i}");
        await service.UntilAcceptedAsync(mark, 40);
    }
}
