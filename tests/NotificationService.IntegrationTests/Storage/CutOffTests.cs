using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Notifications;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>A connection that is cut off before its commit, as by the death of its process: all of the work is undone, and the next try does all of it.</summary>
public sealed class CutOffTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task A_checked_job_whose_start_is_cut_off_is_as_checked_as_before_and_is_started_once_by_the_next_call()
    {
        var (tenant, job) = (await database.NewTenantAsync(), database.Ids.Next());
        await database.ExecuteAsync(
            $$"""
            insert into batches (tenant_id, id, live, state, created_at, closed_at, ended_at) values ('{{tenant}}', '{{job}}', true, 2, now(), now(), now());
            insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, row_ranges, rows_total, rows_done, created_at, ended_at)
            values ('{{tenant}}', '{{job}}', '{{job}}', true, 8, 1, true, '{}', '[]', '[]', ',', 'utf-8', 1, 3, 3, now(), now())
            """);
        var before = await JobAsync(job);

        await Should.ThrowAsync<NpgsqlException>(() => StartAsync(tenant, job, connection => database.ExecuteAsync($"select pg_terminate_backend({connection.ProcessID})")));

        (await JobAsync(job)).ShouldBe(before);
        (await database.ScalarAsync<long>($"select count(*) from idempotency_keys where tenant_id = '{tenant}'")).ShouldBe(0);
        IdempotentOutcome<BulkJob?>? again = null;
        // A connection that was cut may be noticed only now.
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => again = await StartAsync(tenant, job)) is null, Ample);
        again.ShouldBeOfType<IdempotentOutcome<BulkJob?>.Done>();
        (await JobAsync(job)).ShouldBe("3 false 0 false; 1 false false");
        (await StartAsync(tenant, job)).ShouldBeOfType<IdempotentOutcome<BulkJob?>.Replayed>("the same key hears the same answer");
    }

    [Fact]
    public async Task The_end_of_a_suspension_that_is_cut_off_leaves_the_provider_suspended_and_what_it_refused_waiting()
    {
        var tenant = await database.NewTenantAsync();
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var provider = await worker.AddSendGridAsync(tenant, new Uri("http://127.0.0.1:1"));
        var delivery = (await new AcceptedNotifications(database).PlantAsync(tenant, 1))[0];
        await database.ExecuteAsync(
            $"""
            insert into provider_suspensions (tenant_id, provider_id, revision, code, message) values ('{tenant}', '{provider}', 1, 'credentials_refused', 'no');
            insert into attempts (tenant_id, delivery_id, number, provider_id, outcome, started_at, finished_at, code) values ('{tenant}', '{delivery}', 1, '{provider}', 3, now(), now(), 'credentials_refused');
            update deliveries set attempts = 1, provider_id = '{provider}', due_at = now() + interval '8 min' where id = '{delivery}'
            """);
        var suspension = host.Service<SuspensionStore>();
        var state = $"select (select count(*) from provider_suspensions where provider_id = '{provider}') || ' ' || (select due_at > now() from deliveries where id = '{delivery}')";

        await CutOffAsync($"select from provider_suspensions where provider_id = '{provider}' for update", () => suspension.LiftAsync(tenant, provider, CancellationToken.None));

        (await database.ScalarAsync<string>(state)).ShouldBe("1 true");
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => suspension.LiftAsync(tenant, provider, CancellationToken.None)) is null, Ample);
        (await database.ScalarAsync<string>(state)).ShouldBe("0 false");
        await suspension.LiftAsync(tenant, provider, CancellationToken.None);
        (await database.ScalarAsync<string>(state)).ShouldBe("0 false");
    }

    [Fact]
    public async Task A_purge_that_is_cut_off_has_removed_nothing_and_the_next_removes_all_of_it()
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync(
            $"""
            insert into audit_log (id, tenant_id, at, actor_kind, action, target)
            select gen_random_uuid(), '{tenant}', now() - make_interval(days => case when g <= 50 then 500 else 1 end), 'system', 'x', 'x' from generate_series(1, 60) g
            """);

        await CutOffAsync("lock table audit_log in share mode", PurgeAsync);

        (await CountAsync()).ShouldBe(60);
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(PurgeAsync) is null, Ample);
        (await CountAsync()).ShouldBe(10);

        Task<long> CountAsync() => database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{tenant}'");

        async Task PurgeAsync()
        {
            await using var command = database.Database.Worker.CreateCommand("select notification_meta.purge_audit_log(now() - interval '400 days', 1000)");
            await command.ExecuteNonQueryAsync();
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>Cuts work off in the midst of its statement, which waits for what is locked.</summary>
    private async Task CutOffAsync(string locks, Func<Task> work)
    {
        await using var holder = await database.Superuser.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(locks, holder, transaction))
            await command.ExecuteNonQueryAsync();
        var working = work();
        await Eventually.TrueAsync(
            async () => working.IsCompleted || await database.ScalarAsync<long>($"select count(pg_terminate_backend(pid)) from pg_stat_activity where {holder.ProcessID} = any (pg_blocking_pids(pid))") > 0, Ample);
        await Should.ThrowAsync<NpgsqlException>(() => working);
        await transaction.RollbackAsync();
    }

    private Task<string> JobAsync(Guid job) => database.ScalarAsync<string>(
        $"""
        select concat_ws(' ', j.state, j.dry_run::text, j.rows_done, (j.ended_at is not null)::text) || '; ' || concat_ws(' ', b.state, (b.closed_at is not null)::text, (b.ended_at is not null)::text)
        from bulk_jobs j join batches b on b.id = j.id where j.id = '{job}'
        """)!;

    private Task<IdempotentOutcome<BulkJob?>> StartAsync(TenantId tenant, Guid job, Func<NpgsqlConnection, Task>? cut = null) => host.Service<BulkJobStore>().CommandAsync(
        tenant, job, BulkCommand.Start, IntakeHost.Idempotent("start"),
        async (connection, _) =>
        {
            if (cut is not null)
                await cut(connection);
            return "{}"u8.ToArray();
        },
        CancellationToken.None);
}
