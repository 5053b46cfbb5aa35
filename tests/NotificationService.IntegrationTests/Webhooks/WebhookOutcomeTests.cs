using NotificationService.Storage;
using NotificationService.Tenants;
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
                stage.Tenant,
                Statement.Load("webhook_messages_complete").With(
                    Two("tenants", stage.Tenant.Value, stage.Tenant.Value), Two("ids", message, message), Two("claims", 1, 2), Two<short>("states", 3, 2),
                    Two<string?>("reasons", "exhausted", null), Two<TimeSpan?>("pauses", null, null), Two("called", true, true), Two<DateTimeOffset?>("started_at", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), Two<int?>("durations", 1, 1),
                    Two<short?>("outcomes", 2, 1), Two<short?>("statuses", 500, 200), Two<string?>("errors", "http_status", null), Two<string?>("request_headers", "{}", "{}"), Two<string?>("response_bodies", "", ""), Two<string?>("response_headers", "{}", "{}"),
                    Two<short>("first_attempts", 0, 0), Parameter.Of("first_step", TimeSpan.FromSeconds(5))));
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select m.state || ' ' || m.attempts || ' ' || a.status from webhook_messages m join webhook_attempts a on a.message_id = m.id where m.id = '{message}'"))
            .ShouldBe(["2 1 200"]);

        static Parameter Two<T>(string name, T first, T second) => Parameter.Of<T[]>(name, [first, second]);
    }

    [Fact]
    public async Task Outcomes_of_several_tenants_are_written_together_and_each_endpoint_is_judged_by_its_own()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        var (one, other, outside) = (stage.Tenant, await database.NewTenantAsync(), await database.NewTenantAsync());
        var endpoints = new[] { await stage.PlantAsync("/gone", 1), await stage.PlantAsync("/well", 1, other), await stage.PlantAsync("/outside", 1, outside) };
        await database.ExecuteAsync("update webhook_messages set claims = 1, in_flight = true, due_at = now() + interval '1 min'");
        var messages = new List<Guid>();
        foreach (var endpoint in endpoints)
            messages.Add(await database.ScalarAsync<Guid>($"select id from webhook_messages where endpoint_id = '{endpoint}'"));
        var theirs = $"tenant_id in ('{one}', '{other}', '{outside}')";
        // The third is given with a tenant whose it is not.
        Guid[] tenants = [one.Value, other.Value, other.Value];

        await using (var batch = await TenantBatch.OpenAsync(database.Database.Worker, CancellationToken.None))
        {
            var scope = TenantSet.Of([one, other]);
            batch.Add(
                scope,
                Statement.Load("webhook_messages_complete").With(
                    Each("tenants", tenants), Each("ids", [.. messages]), Each("claims", [1, 1, 1]), Each<short>("states", [3, 2, 2]), Each<string?>("reasons", ["gone", null, null]), Each<TimeSpan?>("pauses", [null, null, null]),
                    Each("called", [true, true, true]), Each<DateTimeOffset?>("started_at", [DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch]), Each<int?>("durations", [1, 1, 1]),
                    Each<short?>("outcomes", [3, 1, 1]), Each<short?>("statuses", [410, 200, 200]), Each<string?>("errors", [null, null, null]), Each<string?>("request_headers", ["{}", "{}", "{}"]), Each<string?>("response_bodies", ["", "", ""]),
                    Each<string?>("response_headers", ["{}", "{}", "{}"]), Each<short>("first_attempts", [0, 0, 0]), Parameter.Of("first_step", TimeSpan.FromSeconds(5))));
            batch.Add(
                scope,
                Statement.Load("webhook_endpoints_note").With(
                    Each("tenants", tenants), Each("messages", [.. messages]), Each("endpoints", endpoints), Each("revisions", [1, 1, 1]), Each("succeeded", [false, true, false]), Each("used", [1, 0, 1]),
                    Each<string?>("disable", ["gone", null, "gone"]), Parameter.Of("warns_after", 4), Parameter.Of("fails_for", TimeSpan.FromDays(5)), Each<string?>("failures", ["gone", null, "gone"])));
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select concat_ws(' ', state, in_flight, enabled) from webhook_messages m join webhook_endpoints e on e.tenant_id = m.tenant_id and e.id = m.endpoint_id where m.id = any (array['{string.Join("','", messages)}']::uuid[]) order by array_position(array['{string.Join("','", messages)}']::uuid[], m.id)"))
            .ShouldBe(["3 f f", "2 f t", "1 t t"]);
        (await database.QueryAsync<Guid>($"select tenant_id from webhook_attempts where {theirs} order by status")).ShouldBe([other.Value, one.Value]);
        (await database.QueryAsync<Guid>($"select tenant_id from events where type = 'webhook_endpoint.disabled' and {theirs}")).ShouldBe([one.Value]);
        (await database.QueryAsync<Guid>($"select tenant_id from audit_log where action = 'webhook_endpoint.disabled' and {theirs}")).ShouldBe([one.Value]);

        static Parameter Each<T>(string name, T[] values) => Parameter.Of(name, values);
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
                stage.Tenant,
                Statement.Load("webhook_messages_complete").With(
                    One("tenants", stage.Tenant.Value), One("ids", message), One("claims", 1), One("states", (short)state),
                    One<string?>("reasons", reason), One<TimeSpan?>("pauses", pause is { } seconds ? TimeSpan.FromSeconds(seconds) : null), One("called", true), One<DateTimeOffset?>("started_at", DateTimeOffset.UnixEpoch), One<int?>("durations", 1),
                    One<short?>("outcomes", 2), One<short?>("statuses", 500), One<string?>("errors", "http_status"), One<string?>("request_headers", "{}"), One<string?>("response_bodies", ""), One<string?>("response_headers", "{}"),
                    One<short>("first_attempts", 0), Parameter.Of("first_step", TimeSpan.FromSeconds(5))));
            await batch.CommitAsync(read: null, CancellationToken.None);
        }

        (await database.QueryAsync<string>($"select concat_ws(' ', state, reason, attempts, ended_at is null, due_at < now() + interval '1 min') from webhook_messages where id = '{message}'"))
            .ShouldBe([expected]);

        static Parameter One<T>(string name, T value) => Parameter.Of<T[]>(name, [value]);
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

        (await database.QueryAsync<string>($"select actor_kind || ' ' || (actor_id is null) || ' ' || action || ' ' || (after->>'reason') from audit_log where target = 'webhook_endpoint/{endpoint}'"))
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
