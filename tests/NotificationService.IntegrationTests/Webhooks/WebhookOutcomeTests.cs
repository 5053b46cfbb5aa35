using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>What a call came to counts once, for the endpoint that was called, and whatever is wrong with one costs the others nothing.</summary>
public sealed class WebhookOutcomeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Calls end when the test says so, however slow the machine.</summary>
    private static readonly (string Name, string Value)[] Patient = [("Notification:Webhooks:CallTimeout", "00:02:00"), ("Notification:Webhooks:Lease", "00:05:00")];

    [Fact]
    public async Task An_outcome_that_the_database_refuses_holds_up_no_other_and_ends_its_message()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        await database.ExecuteAsync("alter table webhook_attempts drop constraint if exists no_teapots; alter table webhook_attempts add constraint no_teapots check (status <> 418)");
        stage.Receiver.Response = message => new ReceiverResponse(message.Path == "/teapot" ? 418 : 200);
        var (teapot, well) = (await stage.PlantAsync("/teapot", 2), await stage.PlantAsync("/well", 40));
        // Longer than all that is waited for here: what waited for its lease would come too late.
        await stage.StartAsync(("Notification:Webhooks:Lease", "00:05:00"));

        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{well}' and state = {{message.delivered}} and attempts = 1", 40);
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{teapot}' and state = {{message.failed}} and reason = 'outcome_unstorable'", 2);

        stage.Receiver.On("/well").Count.ShouldBe(40, "no lease was lost");
        stage.Receiver.On("/teapot").Count.ShouldBe(2);
    }

    [Fact]
    public async Task Texts_that_cannot_be_stored_are_left_out_and_the_rest_of_the_outcome_stands()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        await database.ExecuteAsync("alter table webhook_attempts drop constraint if exists no_poems; alter table webhook_attempts add constraint no_poems check (response_body <> 'a poem')");
        stage.Receiver.Response = _ => new ReceiverResponse(200, "a poem");
        var endpoint = await stage.PlantAsync("/poet", 1);
        await stage.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and state = {{message.delivered}} and attempts = 1", 1);

        (await database.QueryAsync<short>($"select status from webhook_attempts where endpoint_id = '{endpoint}' and response_body is null")).ShouldBe([(short)200]);
    }

    [Fact]
    public async Task Two_outcomes_of_one_message_in_one_statement_are_distinguished_by_their_claims()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/nobody", 1);
        await database.ExecuteAsync($"update webhook_messages set claims = 2, in_flight = true, due_at = now() + interval '1 min' where endpoint_id = '{endpoint}'");
        var message = await database.ScalarAsync<Guid>($"select id from webhook_messages where endpoint_id = '{endpoint}'");
        await using (var batch = await TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None))
        {
            batch.Add(
                stage.Tenant, SqlText.Statement("webhook_messages_complete"), new NpgsqlParameter<Guid> { TypedValue = stage.Tenant.Value }, Two(message, message), Two(1, 2), Two<short>(3, 2),
                Two<string?>("exhausted", null), Two<TimeSpan?>(null, null), Two(true, true), Two<DateTimeOffset?>(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), Two<int?>(1, 1),
                Two<short?>(2, 1), Two<short?>(500, 200), Two<string?>("http_status", null), Two<string?>("{}", "{}"), Two<string?>("", ""), Two<string?>("{}", "{}"),
                Two<short>(0, 0), new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(5) });
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select m.state || ' ' || m.attempts || ' ' || a.status from webhook_messages m join webhook_attempts a on a.message_id = m.id where m.id = '{message}'"))
            .ShouldBe(["2 1 200"]);

        static NpgsqlParameter<T[]> Two<T>(T first, T second) => new() { TypedValue = [first, second] };
    }

    /// <summary>The last try of the old schedule fails while somebody asks for it once more.</summary>
    [Theory]
    [InlineData(3, "exhausted", null, 7, "1 http_status 8 t t")]
    [InlineData(1, "http_status", 36_000, 7, "1 http_status 8 t t")]
    [InlineData(3, "exhausted", null, 0, "3 exhausted 8 f t")]
    [InlineData(3, "gone", null, 7, "3 gone 8 f t")]
    public async Task What_was_asked_for_once_more_while_it_was_in_flight_begins_its_schedule_again(int state, string reason, int? pause, int firstAttempt, string expected)
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/nobody", 1);
        await database.ExecuteAsync($"update webhook_messages set claims = 1, attempts = 7, first_attempt = {firstAttempt}, in_flight = true, due_at = now() + interval '1 min' where endpoint_id = '{endpoint}'");
        var message = await database.ScalarAsync<Guid>($"select id from webhook_messages where endpoint_id = '{endpoint}'");
        await using (var batch = await TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None))
        {
            batch.Add(
                stage.Tenant, SqlText.Statement("webhook_messages_complete"), new NpgsqlParameter<Guid> { TypedValue = stage.Tenant.Value }, One(message), One(1), One((short)state),
                One<string?>(reason), One<TimeSpan?>(pause is { } seconds ? TimeSpan.FromSeconds(seconds) : null), One(true), One<DateTimeOffset?>(DateTimeOffset.UnixEpoch), One<int?>(1),
                One<short?>(2), One<short?>(500), One<string?>("http_status"), One<string?>("{}"), One<string?>(""), One<string?>("{}"),
                One<short>(0), new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(5) });
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select concat_ws(' ', state, reason, attempts, ended_at is null, due_at < now() + interval '1 min') from webhook_messages where id = '{message}'"))
            .ShouldBe([expected]);

        static NpgsqlParameter<T[]> One<T>(T value) => new() { TypedValue = [value] };
    }

    [Fact]
    public async Task What_an_old_address_answers_late_disables_nothing()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var moved = new TaskCompletionSource();
        stage.Receiver.Response = _ => new ReceiverResponse(410) { Until = moved.Task };
        var endpoint = await stage.PlantAsync("/old", 1);
        await stage.StartAsync(Patient);
        await stage.UntilReceivedAsync("/old", 1);

        await database.ExecuteAsync($"update webhook_endpoints set url = '{stage.Receiver["/new"]}', revision = revision + 1 where id = '{endpoint}'");
        moved.SetResult();
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and state = {{message.failed}} and reason = 'gone'", 1);

        (await database.QueryAsync<string>($"select enabled || ' ' || failures || ' ' || (failing_since is null) from webhook_endpoints where id = '{endpoint}'")).ShouldBe(["true 0 true"]);
    }

    [Fact]
    public async Task What_comes_after_the_lease_was_lost_counts_neither_as_failure_nor_as_the_end()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var lost = new TaskCompletionSource();
        stage.Receiver.Response = _ => new ReceiverResponse(410) { Until = lost.Task };
        var endpoint = await stage.PlantAsync("/slow", 1);
        var worker = await stage.StartAsync(Patient);
        await stage.UntilReceivedAsync("/slow", 1);

        // Somebody else has it now, and keeps it.
        await database.ExecuteAsync($"update webhook_messages set claims = claims + 1, due_at = now() + interval '1 h' where endpoint_id = '{endpoint}'");
        lost.SetResult();
        // It ends when what came of every call is written, or refused.
        await worker.StopAsync();

        (await database.QueryAsync<string>($"select state || ' ' || attempts from webhook_messages where endpoint_id = '{endpoint}'")).ShouldBe(["1 0"]);
        (await database.QueryAsync<string>($"select enabled || ' ' || failures || ' ' || (failing_since is null) from webhook_endpoints where id = '{endpoint}'")).ShouldBe(["true 0 true"]);
    }

    [Fact]
    public async Task An_endpoint_that_was_disabled_by_itself_stands_in_the_audit_log()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        stage.Receiver.Response = _ => new ReceiverResponse(410);
        var endpoint = await stage.PlantAsync("/gone", 3);
        await stage.StartAsync();
        await stage.UntilAsync($"select count(*) from webhook_endpoints where id = '{endpoint}' and not enabled", 1);

        (await database.QueryAsync<string>($"select actor_kind || ' ' || (actor_id is null) || ' ' || action || ' ' || (detail->>'reason') from audit_log where target = 'webhook_endpoint/{endpoint}'"))
            .ShouldBe(["system true webhook_endpoint.disabled gone"]);
    }

    [Fact]
    public async Task A_node_without_the_master_key_leaves_messages_to_the_others_and_uses_up_no_attempt()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var endpoint = await stage.PlantAsync("/sealed", 2);
        await stage.StartAsync(("Notification:MasterKeys", $"other:{Convert.ToBase64String(new byte[32])}"));
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and claims > 0 and not in_flight and reason = 'key_missing'", 2);
        (await database.ScalarAsync<long>($"select sum(attempts)::bigint from webhook_messages where endpoint_id = '{endpoint}'")).ShouldBe(0);
        (await database.ScalarAsync<long>($"select count(*) from webhook_attempts where endpoint_id = '{endpoint}'")).ShouldBe(0);

        await stage.StartAsync();
        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{endpoint}' and state = {{message.delivered}} and attempts = 1", 2);
        (await database.QueryAsync<bool>($"select failing_since is null from webhook_endpoints where id = '{endpoint}'")).ShouldBe([true]);
    }

    [Fact]
    public async Task An_endpoint_whose_row_cannot_be_read_costs_only_itself()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var bad = await stage.PlantAsync("/bad", 1);
        await database.ExecuteAsync($"update webhook_endpoints set url = 'no address' where id = '{bad}'");
        var good = await stage.PlantAsync("/good", 20);
        await stage.StartAsync();

        await stage.UntilAsync($"select count(*) from webhook_messages where endpoint_id = '{good}' and state = {{message.delivered}}", 20);
        await stage.UntilAsync($"select count(*) from webhook_attempts where endpoint_id = '{bad}' and error = 'endpoint_unusable'", 1);
    }
}
