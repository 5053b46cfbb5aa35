using System.Text;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Many that come in together, of one tenant or of several: as events from Kafka do.</summary>
public sealed class ManyTogetherTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task Those_of_several_tenants_share_a_commit_and_have_ids_in_their_order()
    {
        TenantId[] tenants = [await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync()];

        var outcomes = await AcceptAsync([.. Enumerable.Range(0, 60).Select(i => Of(tenants[i % 3], $"k-{i}"))]);

        var ids = outcomes.Select(outcome => outcome.ShouldBeOfType<IntakeOutcome.Accepted>().Id.Value).ToArray();
        ids.ShouldBeInOrder();
        ids.ShouldBeUnique();
        (await CommitsAsync(ids)).ShouldBe(1);
        foreach (var tenant in tenants)
            (await CountAsync("notifications", tenant), await CountAsync("deliveries", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((20, 20, 20));
    }

    [Fact]
    public async Task More_than_one_round_trip_takes_are_one_commit_all_the_same()
    {
        TenantId[] tenants = [await database.NewTenantAsync(), await database.NewTenantAsync()];

        var outcomes = await AcceptAsync([.. Enumerable.Range(0, 2_300).Select(i => Of(tenants[i % 2], $"k-{i}"))]);

        var ids = outcomes.Select(outcome => outcome.ShouldBeOfType<IntakeOutcome.Accepted>().Id.Value).ToArray();
        ids.Length.ShouldBe(2_300);
        (await CommitsAsync(ids)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_key_twice_the_first_has_it_and_another_tenants_key_is_another_key()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());

        var outcomes = await AcceptAsync([Of(tenant, "k"), Of(tenant, "k"), Of(other, "k", """{"a":2}"""), Of(tenant, "k", """{"a":2}"""), Of(tenant, "k", """{ "a" : 1 }""")]);

        outcomes.Select(outcome => outcome.GetType()).ShouldBe(
            [typeof(IntakeOutcome.Accepted), typeof(IntakeOutcome.Replayed), typeof(IntakeOutcome.Accepted), typeof(IntakeOutcome.KeyMismatch), typeof(IntakeOutcome.Replayed)]);
        var first = outcomes[0].ShouldBeOfType<IntakeOutcome.Accepted>().Id;
        outcomes[1].ShouldBeOfType<IntakeOutcome.Replayed>().Before.Response.ShouldContain(first.ToString());
        (await CountAsync("notifications", tenant), await CountAsync("notifications", other)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Used_keys_are_found_beside_what_is_new_and_a_call_that_comes_again_stores_nothing()
    {
        var tenant = await database.NewTenantAsync();
        await AcceptAsync([Of(tenant, "old"), Of(tenant, "reused")]);
        IntakeRequest[] requests = [Of(tenant, "new"), Of(tenant, "old"), Of(tenant, "reused", """{"a":2}""")];

        (await AcceptAsync(requests)).Select(outcome => outcome.GetType()).ShouldBe([typeof(IntakeOutcome.Accepted), typeof(IntakeOutcome.Replayed), typeof(IntakeOutcome.KeyMismatch)]);
        (await AcceptAsync(requests)).Select(outcome => outcome.GetType()).ShouldBe([typeof(IntakeOutcome.Replayed), typeof(IntakeOutcome.Replayed), typeof(IntakeOutcome.KeyMismatch)]);

        (await CountAsync("notifications", tenant)).ShouldBe(3);
    }

    [Fact]
    public async Task What_is_wrong_with_one_is_said_of_it_and_the_others_are_accepted()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var wrong = Of(tenant, "wrong") with { Notification = IntakeHost.Request with { Channel = "fax" } };

        var outcomes = await AcceptAsync([Of(tenant, "good"), wrong, Of(other, "good")]);

        outcomes[1].ShouldBeOfType<IntakeOutcome.Invalid>().Issues.ShouldContain(issue => issue.Pointer == "/channel");
        outcomes.OfType<IntakeOutcome.Accepted>().Count().ShouldBe(2);
        (await AcceptAsync([Of(tenant, "wrong")])).ShouldHaveSingleItem().ShouldBeOfType<IntakeOutcome.Accepted>("what is refused takes no key");
    }

    [Fact]
    public async Task What_was_accepted_is_found_again_even_if_by_now_it_would_be_refused()
    {
        var tenant = await database.NewTenantAsync();
        await AcceptAsync([Of(tenant, "k")]);
        var refusedNow = IntakeHost.Request with { Template = "withdrawn", Content = null };

        var outcomes = await AcceptAsync([Of(tenant, "k") with { Notification = refusedNow }, Of(tenant, "k", """{"a":2}""") with { Notification = refusedNow }, Of(tenant, "other") with { Notification = refusedNow }]);

        outcomes.Select(outcome => outcome.GetType()).ShouldBe([typeof(IntakeOutcome.Replayed), typeof(IntakeOutcome.KeyMismatch), typeof(IntakeOutcome.Invalid)]);
    }

    [Fact]
    public async Task One_that_the_database_refuses_keeps_all_of_them_out_and_their_keys_free()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var broken = Of(tenant, "broken") with { Notification = IntakeHost.Request with { Metadata = Encoding.UTF8.GetBytes("{not json") } };

        await Should.ThrowAsync<PostgresException>(() => AcceptAsync([Of(tenant, "a"), broken, Of(other, "a")]));

        (await CountAsync("notifications", tenant), await CountAsync("notifications", other), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0, 0));
        (await AcceptAsync([Of(tenant, "a"), Of(other, "a")])).ShouldAllBe(outcome => outcome is IntakeOutcome.Accepted);
    }

    [Fact]
    public async Task In_a_transaction_that_is_rolled_back_or_cut_off_nothing_is_accepted_and_the_next_try_accepts_all()
    {
        TenantId[] tenants = [await database.NewTenantAsync(), await database.NewTenantAsync()];
        AcceptedNotification[] notifications = [await PlannedAsync(tenants[0], 1), await PlannedAsync(tenants[1], 1), await PlannedAsync(tenants[0], 2), await PlannedAsync(tenants[0], null)];

        await using (var connection = await database.Database.App.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            (await NotificationStore.AcceptAsync(connection, notifications, batch: null, CancellationToken.None)).ShouldAllBe(outcome => outcome is AcceptOutcome.Accepted);
            await transaction.RollbackAsync();
        }

        await using (var connection = await database.Database.App.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await NotificationStore.AcceptAsync(connection, notifications, batch: null, CancellationToken.None);
            await database.ExecuteAsync($"select pg_terminate_backend({connection.ProcessID})");
            await Should.ThrowAsync<NpgsqlException>(() => transaction.CommitAsync());
        }

        foreach (var tenant in tenants)
            (await CountAsync("notifications", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0));
        var store = host.Service<NotificationStore>();
        (await store.CommitAsync(notifications, CancellationToken.None)).ShouldAllBe(outcome => outcome is AcceptOutcome.Accepted);
        (await store.CommitAsync(notifications[..3], CancellationToken.None)).ShouldAllBe(outcome => outcome is AcceptOutcome.Replayed);
        (await CountAsync("notifications", tenants[0]), await CountAsync("notifications", tenants[1])).ShouldBe((3, 1));
    }

    [Fact]
    public async Task What_is_stored_is_answered_so_even_if_it_cannot_be_said_whose_the_other_keys_are()
    {
        var tenant = await database.NewTenantAsync();
        var store = host.Service<NotificationStore>();
        await store.CommitAsync([await PlannedAsync(tenant, 7)], CancellationToken.None);
        await database.ExecuteAsync($"revoke select on idempotency_keys from {Database.AppRole}; grant select (tenant_id, key_hash) on idempotency_keys to {Database.AppRole}");
        try
        {
            var outcomes = await store.CommitAsync([await PlannedAsync(tenant, null), await PlannedAsync(tenant, 7), await PlannedAsync(tenant, 8)], CancellationToken.None);

            outcomes.Select(outcome => outcome.GetType()).ShouldBe([typeof(AcceptOutcome.Accepted), typeof(AcceptOutcome.Refused), typeof(AcceptOutcome.Accepted)]);
        }
        finally
        {
            await database.ExecuteAsync($"grant select on idempotency_keys to {Database.AppRole}");
        }

        (await CountAsync("notifications", tenant)).ShouldBe(3);
    }

    [Fact]
    public async Task Two_calls_with_the_same_keys_in_any_order_never_block_each_other_and_each_is_accepted_once()
    {
        TenantId[] tenants = [await database.NewTenantAsync(), await database.NewTenantAsync()];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            IntakeRequest[] requests = [.. Enumerable.Range(0, 200).Select(i => Of(tenants[i % 2], $"k-{i / 2}"))];
            Random.Shared.Shuffle(requests);
            return AcceptAsync(requests);
        })));

        var all = outcomes.SelectMany(ofCall => ofCall).ToList();
        (all.OfType<IntakeOutcome.Accepted>().Count(), all.OfType<IntakeOutcome.Replayed>().Count()).ShouldBe((200, 1_400));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<IntakeOutcome>> AcceptAsync(IReadOnlyList<IntakeRequest> requests) => host.Intake.AcceptAsync(requests, CancellationToken.None);

    private static IntakeRequest Of(TenantId tenant, string key, string body = """{"a":1}""") => new(IntakeHost.CallerOf(tenant), IntakeHost.Request, IntakeHost.Idempotent(key, body), KeptDays: 8, TraceParent: null);

    private async Task<AcceptedNotification> PlannedAsync(TenantId tenant, byte? key)
    {
        var prepared = (await host.Service<NotificationPreparer>().PrepareAsync(IntakeHost.CallerOf(tenant), IntakeHost.Request, quotas: null, CancellationToken.None)).Prepared.ShouldNotBeNull();
        return new AcceptedNotification(
            prepared.Id, tenant, tenant.Value, Live: true, prepared.Request, null, null, null, null, prepared.Now, prepared.Deliveries,
            key is { } one ? new IdempotencyEntry(Filled(one), Filled(one), Encoding.UTF8.GetBytes($$"""{"id":"{{prepared.Id}}"}""")) : null);
    }

    /// <summary>As long as a hash.</summary>
    private static byte[] Filled(byte number) => [.. Enumerable.Repeat(number, RequestFingerprint.Size)];

    private Task<long> CommitsAsync(Guid[] ids) => database.ScalarAsync<long>("select count(distinct xmin::text) from notifications where id = any($1)", new NpgsqlParameter { Value = ids });

    private Task<long> CountAsync(string table, TenantId tenant) => database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = '{tenant}'");
}
