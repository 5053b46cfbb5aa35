using NotificationService.Channels;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

public sealed class MigrationTests(PostgresCluster cluster, TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_second_run_finds_nothing_to_do()
    {
        var runner = new MigrationRunner(database.Database);

        (await runner.MigrateAsync(CancellationToken.None)).ShouldBeEmpty();
        (await runner.MissingAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_processes_at_once_apply_each_migration_once()
    {
        var options = new StorageOptions { ConnectionString = await cluster.CreateEmptyDatabaseAsync() };
        await using var first = new Database(options);
        await using var second = new Database(options);

        var applied = await Task.WhenAll(
            new MigrationRunner(first).MigrateAsync(CancellationToken.None),
            new MigrationRunner(second).MigrateAsync(CancellationToken.None));

        applied.SelectMany(names => names).ShouldBe(SqlText.Migrations().Select(migration => migration.Name), ignoreOrder: true);
    }

    [Fact]
    public async Task An_empty_database_lacks_every_migration()
    {
        await using var empty = new Database(new StorageOptions { ConnectionString = await cluster.CreateEmptyDatabaseAsync() });

        (await new MigrationRunner(empty).MissingAsync(CancellationToken.None)).Count.ShouldBe(SqlText.Migrations().Count);
    }

    [Fact]
    public async Task What_was_stored_before_lists_had_a_mode_has_the_mode_of_what_it_is_about()
    {
        await using var earlier = await EarlierSchema.OfAsync(cluster, before: "0032");
        var (ids, tenant) = (new Ids(TimeProvider.System), Guid.CreateVersion7());
        foreach (var live in (bool[])[true, false])
        {
            var id = NotificationId.From(ids.Next());
            var (delivery, batch, job, endpoint) = (id.Delivery(ChannelKind.Email), ids.Next(), ids.Next(), ids.Next());
            await earlier.PlantAsync(
                $"""
                insert into notifications (tenant_id, id, live, priority, recipient, data, created_at, strategy) values ('{tenant}', '{id}', {live}, 2, '{Braces}', '{Braces}', now(), 1);
                insert into deliveries (tenant_id, id, channel, priority, status, due_at)
                select '{tenant}', overlay('{id}' placing c::text from 36)::uuid, c, 2, 40, now() from unnest('{Channels}'::int[]) c;
                insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, kind, state, occurred_at, received_at, next_try_at, flags)
                values ('{tenant}', '{endpoint}', sha256('{delivery}'), '{ids.Next()}', '{delivery}', 2, 2, now(), now(), now(), 0);
                insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at)
                values ('{ids.Next()}', '{tenant}', '{endpoint}', '{delivery}', 1, 1, 'ann@example.com', '{Braces}', 'accepted', now());
                insert into batches (tenant_id, id, live, state, shared, created_at) values ('{tenant}', '{batch}', {live}, 1, '{Braces}', now());
                insert into bulk_jobs (tenant_id, id, account_id, live, name, state, mode, dry_run, settings, columns, map, delimiter, encoding, file_bytes, created_at)
                values ('{tenant}', '{job}', '{endpoint}', {live}, 'j', 5, 1, false, '{Braces}', '[]', '[]', ',', 'utf-8', 1, now());
                insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, due_at, created_at)
                select notification_meta.new_id(), '{tenant}', '{endpoint}', about || '.1', case when {live} then 'of live' else 'of test' end, about, 1, now(), '{Braces}', now(), now()
                from unnest(array['{delivery}', '{batch}', '{job}']::uuid[]) about;
                """);
        }

        await earlier.PlantAsync(
            $"""
            insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, due_at, created_at)
            values (notification_meta.new_id(), '{tenant}', '{tenant}', 'p.0', 'of neither', '{tenant}', 0, now(), '{Braces}', now(), now())
            """);

        (await earlier.MigrateAsync()).ShouldContain("0032_lists_by_mode");

        (await earlier.QueryAsync("select d.live || ' ' || n.live from deliveries d join notifications n on d.id > n.id and d.id <= overlay(n.id::text placing 'f' from 36)::uuid order by 1"))
            .ShouldBe(["false false", "false false", "true true", "true true"]);
        foreach (var table in (string[])["receipts", "sandbox_messages"])
        {
            (await earlier.QueryAsync($"select r.live || ' ' || d.live from {table} r join deliveries d on d.id = r.delivery_id order by 1")).ShouldBe(["false false", "true true"], table);
        }

        (await earlier.QueryAsync("select type || ' ' || live || ' ' || count(*) from webhook_messages group by type, live order by 1"))
            .ShouldBe(["of live true 3", "of neither true 1", "of test false 3"]);
        (await earlier.QueryAsync("select relname::text from pg_class where relname in ('notifications', 'deliveries', 'receipts', 'sandbox_messages', 'webhook_messages', 'batches', 'bulk_jobs') and not relforcerowsecurity"))
            .ShouldBeEmpty("a migration puts back what it has to lift");
    }

    private const string Braces = "{}";
    private const string Channels = "{1,2}";

    /// <summary>A database as a version of before left it, to plant rows in and to migrate.</summary>
    private sealed class EarlierSchema : IAsyncDisposable
    {
        private readonly Database database;
        private readonly NpgsqlDataSource superuser;

        private EarlierSchema(Database database, NpgsqlDataSource superuser) => (this.database, this.superuser) = (database, superuser);

        /// <param name="before">The number of the first migration that is not applied.</param>
        public static async Task<EarlierSchema> OfAsync(PostgresCluster cluster, string before)
        {
            var connectionString = await cluster.CreateEmptyDatabaseAsync();
            var earlier = new EarlierSchema(
                new Database(new StorageOptions { ConnectionString = connectionString }),
                NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!)));
            string[] later = [.. SqlText.Migrations().Select(migration => migration.Name).Where(name => string.CompareOrdinal(name, before) >= 0)];
            later.ShouldNotBeEmpty();
            // Those that are not to run stand in the journal as if they had.
            await using (var journal = earlier.database.Owner.CreateCommand(
                $"""
                create schema notification_meta;
                create table notification_meta.migrations (name text primary key, applied_at timestamptz not null default now());
                insert into notification_meta.migrations (name) select unnest(array[{string.Join(", ", later.Select(name => $"'{name}'"))}])
                """))
                await journal.ExecuteNonQueryAsync();
            (await earlier.MigrateAsync()).Count.ShouldBe(SqlText.Migrations().Count - later.Length);
            await earlier.PlantAsync($"delete from notification_meta.migrations where name in ({string.Join(", ", later.Select(name => $"'{name}'"))})");
            return earlier;
        }

        public Task<IReadOnlyList<string>> MigrateAsync() => new MigrationRunner(database).MigrateAsync(CancellationToken.None);

        /// <summary>As the superuser, past row level security and without what rows refer to.</summary>
        public async Task PlantAsync(string sql)
        {
            await using var command = superuser.CreateCommand($"set session_replication_role = replica; {sql}");
            await command.ExecuteNonQueryAsync();
        }

        public async Task<IReadOnlyList<string>> QueryAsync(string sql)
        {
            await using var command = superuser.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
                rows.Add(reader.GetString(0));
            return rows;
        }

        public async ValueTask DisposeAsync()
        {
            await database.DisposeAsync();
            await superuser.DisposeAsync();
        }
    }
}
