using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

/// <summary>Events whose recipients a user service completes, and others that the database will not take together.</summary>
public sealed class EventIntakeTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly KafkaBrokers brokers = new();
    private readonly ConcurrentQueue<string> asked = new();
    private Func<string, string, int> status = (_, _) => 200;
    private WebApplication? users;

    public async ValueTask InitializeAsync()
    {
        await brokers.InitializeAsync();
        brokers.CreateTopic(KafkaNode.DeadLetters);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        users = builder.Build();
        users.MapGet("/users/{id}", async (string id, HttpContext context) =>
        {
            var tenant = context.Request.Headers["X-Tenant-Id"].ToString();
            asked.Enqueue($"{tenant} {id}");
            context.Response.StatusCode = status(tenant, id);
            await context.Response.WriteAsync($$"""{"userId":"{{id}}","email":"{{id}}@example.com","locale":"en","timezone":"Europe/Berlin"}""");
        });
        await users.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await users!.DisposeAsync();
        await brokers.DisposeAsync();
    }

    [Fact]
    public async Task A_tenant_whom_the_user_service_does_not_let_in_waits_and_the_others_go_on()
    {
        var (locked, open) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        brokers.CreateTopic("locked", partitions: 2);
        brokers.CreateTopic("open");
        var isLocked = true;
        status = (tenant, _) => isLocked && tenant == locked.ToString() ? 403 : 200;
        for (var i = 0; i < 10; i++)
            await SendAsync("locked", $"l-{i}", "ann", key: "one");
        await using var node = await StartAsync([("locked", locked), ("open", open)]);
        await Eventually.TrueAsync(() => asked.Any(question => question.StartsWith(locked.ToString(), StringComparison.Ordinal)), KafkaNode.Ample);
        for (var i = 0; i < 5; i++)
            await SendAsync("open", $"o-{i}", "bob");

        await UntilAcceptedAsync(open, 5);
        await SendAsync("locked", "l-10", "ann", key: "one");
        (await CountAsync(locked)).ShouldBe(0);
        isLocked = false;

        await UntilAcceptedAsync(locked, 11);
        (await database.QueryAsync<string>($"select reference from notifications where tenant_id = '{locked}' order by id")).ShouldBe(Enumerable.Range(0, 11).Select(i => $"l-{i}"));
        brokers.Read(KafkaNode.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_item_of_a_batch_about_whom_it_fails_for_a_moment_is_asked_about_again_before_it_is_refused()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("batches");
        var failures = 2;
        status = (_, id) => id == "cleo" && Interlocked.Decrement(ref failures) >= 0 ? 500 : 200;
        await brokers.ProduceEventAsync("batches", "b", "notification.batch.send", $$"""{"final":true,"notifications":[{{Body("i-1", "cleo")}},{{Body("i-2", "dora")}}]}""");

        await using var node = await StartAsync([("batches", tenant)]);

        await UntilAcceptedAsync(tenant, 2);
        brokers.Read(KafkaNode.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_of_whom_it_will_not_hear_is_asked_about_no_more_than_anybody_else()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("refused");
        status = (_, id) => id.StartsWith("gone", StringComparison.Ordinal) ? 422 : 200;
        await brokers.ProduceEventAsync("refused", "r-1", "notification.batch.send", $$"""{"final":true,"notifications":[{{Body("r-1", "gone-1")}},{{Body("r-2", "dora")}}]}""");
        await SendAsync("refused", "r-3", "gone-2");

        await using var node = await StartAsync([("refused", tenant)]);

        await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 2, KafkaNode.Ample);
        brokers.Read(KafkaNode.DeadLetters).Select(record => record.Header("dlq-reason")).ShouldBe(["items_rejected", "validation_failed"], ignoreOrder: true);
        (await CountAsync(tenant)).ShouldBe(1);
        asked.Count(question => question == $"{tenant} gone-1").ShouldBeLessThanOrEqualTo(2);
        asked.Count(question => question == $"{tenant} gone-2").ShouldBeLessThanOrEqualTo(2, "once, and once more if the brokers took the member for lost");
    }

    [Fact]
    public async Task Events_beyond_a_quota_are_dead_letters_that_say_so()
    {
        const string Settings = """{"limits":{"daily":{"email":3}}}""";
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"insert into tenant_settings (tenant_id, settings, revision, changed_at) values ('{tenant}', '{Settings}', 1, now())");
        brokers.CreateTopic("limited");
        for (var i = 0; i < 5; i++)
            await SendAsync("limited", $"q-{i}", $"person-{i}");

        await using var node = await StartAsync([("limited", tenant)]);

        await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 2, KafkaNode.Ample);
        brokers.Read(KafkaNode.DeadLetters).Select(record => record.Header("dlq-reason")).ShouldBe(["quota_reached", "quota_reached"]);
        await UntilAcceptedAsync(tenant, 3);
    }

    [Theory]
    [InlineData("notification.send")]
    [InlineData("notification.batch.send")]
    public async Task Somebody_at_whom_it_fails_holds_up_a_partition_and_nobody_else(string type)
    {
        var (stuck, free) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var (stuckTopic, freeTopic) = ($"stuck-{type}", $"free-{type}");
        brokers.CreateTopic(stuckTopic);
        brokers.CreateTopic(freeTopic);
        var fails = true;
        status = (_, id) => fails && id == "cleo" ? 500 : 200;
        await brokers.ProduceEventAsync(stuckTopic, "c-1", type, type == "notification.send" ? Body("c-1", "cleo") : $$"""{"final":true,"notifications":[{{Body("c-1", "cleo")}}]}""");
        await using var node = await StartAsync([(stuckTopic, stuck), (freeTopic, free)], ("Notification:Kafka:Attempts", "100"));
        await Eventually.TrueAsync(() => asked.Contains($"{stuck} cleo"), KafkaNode.Ample);

        for (var i = 0; i < 5; i++)
            await SendAsync(freeTopic, $"f-{i}", "bob");
        await UntilAcceptedAsync(free, 5);

        (await CountAsync(stuck)).ShouldBe(0);
        fails = false;
        await UntilAcceptedAsync(stuck, 1);
        brokers.Read(KafkaNode.DeadLetters).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_that_always_takes_too_long_by_itself_is_a_dead_letter_in_the_end()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("endless");
        await database.ExecuteAsync(
            """
            create function endless() returns trigger language plpgsql as $$ begin raise exception 'planted' using errcode = '57014'; end $$;
            create trigger endless before insert on notifications for each row when (new.reference = 'endless') execute function endless()
            """);
        await SendAsync("endless", "before", "fay");
        await SendAsync("endless", "endless", "fay");
        await SendAsync("endless", "after", "fay");

        await using var node = await StartAsync([("endless", tenant)], ("Notification:Kafka:Attempts", "2"));

        await UntilAcceptedAsync(tenant, 2);
        await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 1, KafkaNode.Ample);
        await database.ExecuteAsync("drop trigger endless on notifications; drop function endless()");
        brokers.Read(KafkaNode.DeadLetters).Single().Header("dlq-reason").ShouldBe("not_storable");
        (await database.QueryAsync<string>($"select reference from notifications where tenant_id = '{tenant}' order by id")).ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task The_same_event_as_a_test_and_for_real_are_two()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("real");
        brokers.CreateTopic("tests");
        await SendAsync("tests", "first", "eve", id: "same");
        await using var node = await StartAsync([("real", tenant), ("tests", tenant)], ("Notification:Kafka:Topics:1:Mode", "test"));
        await UntilAcceptedAsync(tenant, 1);

        await SendAsync("real", "first", "eve", id: "same");

        await UntilAcceptedAsync(tenant, 2);
        (await database.QueryAsync<bool>($"select live from notifications where tenant_id = '{tenant}' order by id")).ShouldBe([false, true]);
    }

    [Fact]
    public async Task Events_that_take_too_long_together_are_taken_one_by_one()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("slow");
        await database.ExecuteAsync(
            """
            create function too_slow() returns trigger language plpgsql as $$ begin
                if (select count(*) from added) > 1 then raise exception 'planted' using errcode = '57014'; end if;
                return null;
            end $$;
            create trigger too_slow after insert on notifications referencing new table as added for each statement execute function too_slow()
            """);
        for (var i = 0; i < 10; i++)
            await SendAsync("slow", $"s-{i}", "fay");

        await using var node = await StartAsync([("slow", tenant)]);

        await UntilAcceptedAsync(tenant, 10);
        await database.ExecuteAsync("drop trigger too_slow on notifications; drop function too_slow()");
        (await database.QueryAsync<string>($"select reference from notifications where tenant_id = '{tenant}' order by id")).ShouldBe(Enumerable.Range(0, 10).Select(i => $"s-{i}"));
    }

    [Fact]
    public async Task One_that_is_refused_among_many_is_set_apart_and_all_others_are_accepted_in_their_order()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        brokers.CreateTopic("halved");
        brokers.CreateTopic("beside");
        await database.ExecuteAsync(
            """
            create function halved() returns trigger language plpgsql as $$ begin raise exception 'planted' using errcode = '22021'; end $$;
            create trigger halved before insert on notifications for each row when (new.reference = 'e-23') execute function halved()
            """);
        for (var i = 0; i < 40; i++)
            await SendAsync("halved", $"e-{i}", "fay");
        for (var i = 0; i < 20; i++)
            await SendAsync("beside", $"b-{i}", "fay");

        await using var node = await StartAsync([("halved", tenant), ("beside", other)], ("Notification:Kafka:Attempts", "2"));

        await UntilAcceptedAsync(other, 20);
        await UntilAcceptedAsync(tenant, 39);
        await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 1, KafkaNode.Ample);
        await database.ExecuteAsync("drop trigger halved on notifications; drop function halved()");
        brokers.Read(KafkaNode.DeadLetters).Single().Header("dlq-reason").ShouldBe("not_storable");
        (await database.QueryAsync<string>($"select reference from notifications where tenant_id = '{tenant}' order by created_at, id"))
            .ShouldBe(Enumerable.Range(0, 40).Where(i => i != 23).Select(i => $"e-{i}"));
    }

    [Fact]
    public async Task What_is_read_while_others_are_stored_is_neither_lost_nor_out_of_order()
    {
        var tenant = await database.NewTenantAsync();
        brokers.CreateTopic("ahead");
        for (var i = 0; i < 120; i++)
            await SendAsync("ahead", $"a-{i}", "fay");

        await using var node = await StartAsync([("ahead", tenant)], ("Notification:Kafka:BatchSize", "7"));

        await UntilAcceptedAsync(tenant, 120);
        (await database.QueryAsync<string>($"select reference from notifications where tenant_id = '{tenant}' order by created_at, id")).ShouldBe(Enumerable.Range(0, 120).Select(i => $"a-{i}"));
        brokers.Read(KafkaNode.DeadLetters).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("42501", true)]
    [InlineData("55P03", true)]
    [InlineData("22021", false)]
    public async Task Storing_that_is_refused_is_a_step_that_fails_unless_it_is_for_what_is_in_the_record(string code, bool isStep)
    {
        var (tenant, topic) = (await database.NewTenantAsync(), $"refused-{code}");
        brokers.CreateTopic(topic);
        await database.ExecuteAsync(
            $"""
            create function refused() returns trigger language plpgsql as $$ begin raise exception 'planted' using errcode = '{code}'; end $$;
            create trigger refused before insert on notifications for each row when (new.reference = 'refused') execute function refused()
            """);
        await SendAsync(topic, "refused", "fay");

        await using var node = await StartAsync([(topic, tenant)], ("Notification:Kafka:Attempts", "3"));
        var step = node.Services.GetRequiredService<Heartbeats>().Step("kafka_accept");
        if (isStep)
            await Eventually.TrueAsync(() => step.Failed >= 2 && step.Detail.Contains(code, StringComparison.Ordinal), KafkaNode.Ample, () => step.Detail);
        else
            await Eventually.TrueAsync(() => brokers.Read(KafkaNode.DeadLetters).Count == 1, KafkaNode.Ample);

        await database.ExecuteAsync("drop trigger refused on notifications; drop function refused()");
        await SendAsync(topic, "after", "fay");
        await UntilAcceptedAsync(tenant, 1);
        await Eventually.TrueAsync(() => step.Detail == "succeeds", KafkaNode.Ample, () => step.Detail);
        (step.Failed > 0).ShouldBe(isStep);
    }

    private Task<WorkerHost> StartAsync(IReadOnlyList<(string, TenantId)> topics, params (string Name, string Value)[] settings) =>
        KafkaNode.StartAsync(database, brokers, topics, null, [("Notification:UserService:BaseUrl", users!.Urls.First()), ("Notification:UserService:Timeout", "00:00:10"), .. settings]);

    private Task SendAsync(string topic, string reference, string userId, string? key = null, string? id = null) =>
        brokers.ProduceEventAsync(topic, id ?? reference, "notification.send", Body(reference, userId), key);

    private static string Body(string reference, string userId) => $$"""{"channel":"email","content":{"subject":"Order","text":"It is on its way"},"recipient":{"userId":"{{userId}}"},"reference":"{{reference}}"}""";

    private Task<long> CountAsync(TenantId tenant) => database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant}'");

    private Task UntilAcceptedAsync(TenantId tenant, long count) => Eventually.TrueAsync(async () => await CountAsync(tenant) >= count, KafkaNode.Ample);
}
