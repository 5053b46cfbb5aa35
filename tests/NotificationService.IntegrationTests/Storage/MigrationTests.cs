using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

public sealed class MigrationTests(PostgresCluster cluster, TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly SchemaPart Later = new("0002_colours", "create table colours (name text primary key); insert into colours values ('red')");

    [Fact]
    public async Task A_second_run_finds_nothing_to_do()
    {
        var runner = new MigrationRunner(database.Database);

        (await runner.MigrateAsync(CancellationToken.None)).ShouldBeEmpty();
        (await runner.MissingAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_processes_at_once_apply_each_part_once()
    {
        var options = new StorageOptions { ConnectionString = await cluster.CreateEmptyDatabaseAsync() };
        await using var first = new Database(options);
        await using var second = new Database(options);

        var applied = await Task.WhenAll(
            new MigrationRunner(first).MigrateAsync(CancellationToken.None),
            new MigrationRunner(second).MigrateAsync(CancellationToken.None));

        applied.SelectMany(names => names).ShouldBe(SchemaPart.All.Select(part => part.Name), ignoreOrder: true);
    }

    [Fact]
    public async Task An_empty_database_lacks_every_part()
    {
        await using var empty = new Database(new StorageOptions { ConnectionString = await cluster.CreateEmptyDatabaseAsync() });

        (await new MigrationRunner(empty).MissingAsync(CancellationToken.None)).ShouldBe(SchemaPart.All.Select(part => part.Name));
    }

    [Fact]
    public async Task A_function_whose_text_has_changed_is_applied_again_and_nothing_else_is()
    {
        await using var own = await OwnAsync();
        var changed = Changed("functions/shard_of", text => text.Replace("& 7", "& 3", StringComparison.Ordinal));

        (await own.RunnerOf(changed).MissingAsync(CancellationToken.None)).ShouldBe(["functions/shard_of"]);
        (await own.RunnerOf(changed).MigrateAsync(CancellationToken.None)).ShouldBe(["functions/shard_of"]);

        (await own.QueryAsync("select prosrc from pg_proc where proname = 'shard_of'")).ShouldHaveSingleItem().ShouldContain("& 3");
        (await own.RunnerOf(changed).MigrateAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_trigger_whose_text_has_changed_is_applied_again()
    {
        await using var own = await OwnAsync();
        var changed = Changed("triggers/bulk_jobs_marked", text => text.Replace("after insert", "after insert or update", StringComparison.Ordinal));

        (await own.RunnerOf(changed).MigrateAsync(CancellationToken.None)).ShouldBe(["triggers/bulk_jobs_marked"]);

        (await own.QueryAsync("select pg_get_triggerdef(oid) from pg_trigger where tgname = 'bulk_jobs_marked'")).ShouldHaveSingleItem().ShouldContain("INSERT OR UPDATE");
    }

    [Fact]
    public async Task A_node_of_the_version_before_that_starts_later_does_not_put_its_functions_back()
    {
        await using var own = await OwnAsync();
        await own.RunnerOf(Changed("functions/shard_of", text => text.Replace("& 7", "& 3", StringComparison.Ordinal))).MigrateAsync(CancellationToken.None);

        (await own.RunnerOf(SchemaPart.All).MissingAsync(CancellationToken.None)).ShouldBeEmpty();
        (await own.RunnerOf(SchemaPart.All).MigrateAsync(CancellationToken.None)).ShouldBeEmpty();

        (await own.QueryAsync("select prosrc from pg_proc where proname = 'shard_of'")).ShouldHaveSingleItem().ShouldContain("& 3");
    }

    [Fact]
    public async Task A_function_may_name_what_a_migration_of_the_same_version_makes()
    {
        await using var own = await OwnAsync();
        SchemaPart colour = new("functions/colour", "create or replace function notification_meta.colour() returns text language sql stable as $$ select name from public.colours $$");

        (await own.RunnerOf([colour, .. SchemaPart.All, Later]).MigrateAsync(CancellationToken.None)).ShouldBe(["functions/colour", Later.Name]);

        (await own.QueryAsync("select notification_meta.colour()")).ShouldBe(["red"]);
    }

    [Fact]
    public async Task What_fails_in_the_middle_leaves_nothing_behind_and_can_be_run_again()
    {
        await using var own = await OwnAsync();
        SchemaPart faulty = new("0003_faulty", "alter table nowhere add column nothing int");

        await Should.ThrowAsync<PostgresException>(() => own.RunnerOf([.. SchemaPart.All, Later, faulty]).MigrateAsync(CancellationToken.None));

        (await own.QueryAsync("select relname::text from pg_class where relname = 'colours'")).ShouldBeEmpty();
        (await own.RunnerOf([.. SchemaPart.All, Later]).MigrateAsync(CancellationToken.None)).ShouldBe([Later.Name]);
    }

    [Fact]
    public async Task A_process_that_dies_in_the_middle_leaves_nothing_behind_and_the_next_one_goes_on()
    {
        await using var own = await OwnAsync();
        SchemaPart slow = new("0003_slow", "select pg_sleep(600) -- 0003_slow");
        var dying = own.RunnerOf([.. SchemaPart.All, Later, slow]).MigrateAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            async () => await own.QueryAsync("select pg_terminate_backend(pid)::text from pg_stat_activity where datname = current_database() and query like '%0003_slow' and wait_event = 'PgSleep'") is { Count: > 0 },
            TimeSpan.FromSeconds(60));

        await Should.ThrowAsync<NpgsqlException>(() => dying);

        (await own.QueryAsync("select relname::text from pg_class where relname = 'colours'")).ShouldBeEmpty();
        (await own.RunnerOf([.. SchemaPart.All, Later]).MigrateAsync(CancellationToken.None)).ShouldBe([Later.Name]);
    }

    [Fact]
    public async Task A_migration_gives_up_rather_than_stand_behind_a_reader_and_can_be_run_again()
    {
        await using var own = await OwnAsync();
        SchemaPart behind = new("0003_behind", "alter table tenants add column colour text");
        await using (var reader = await own.OpenAsync())
        {
            await using (var hold = new NpgsqlCommand("begin; select from tenants", reader))
                await hold.ExecuteNonQueryAsync();

            (await Should.ThrowAsync<PostgresException>(() => own.RunnerOf([.. SchemaPart.All, Later, behind]).MigrateAsync(CancellationToken.None)))
                .SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
        }

        (await own.RunnerOf([.. SchemaPart.All, Later, behind]).MigrateAsync(CancellationToken.None)).ShouldBe([Later.Name, behind.Name]);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        await using var own = await OwnAsync();
        await own.RunnerOf([.. SchemaPart.All, Later]).MigrateAsync(CancellationToken.None);
        var changed = own.RunnerOf([.. SchemaPart.All, Later with { Text = "create table colours (id int)" }]);

        var refusal = await Should.ThrowAsync<SchemaException>(() => changed.MigrateAsync(CancellationToken.None));

        refusal.Message.ShouldStartWith("the migration 0002_colours was changed after it had been applied");
        (await Should.ThrowAsync<SchemaException>(() => changed.MissingAsync(CancellationToken.None))).Message.ShouldBe(refusal.Message);
    }

    [Fact]
    public async Task A_database_of_an_earlier_build_is_refused_and_left_as_it_is()
    {
        await using var earlier = await OwnAsync(
            """
            create schema notification_meta;
            create table notification_meta.migrations (name text primary key, applied_at timestamptz not null default now());
            insert into notification_meta.migrations (name) values ('0001_roles'), ('0002_tenants');
            """);
        await using var otherBaseline = await OwnAsync();
        await otherBaseline.QueryAsync($"update notification_meta.migrations set checksum = 'another' where name = '{SchemaPart.Baseline}'");

        foreach (var runner in (MigrationRunner[])[earlier.RunnerOf(SchemaPart.All), otherBaseline.RunnerOf(SchemaPart.All)])
        {
            (await Should.ThrowAsync<SchemaException>(() => runner.MigrateAsync(CancellationToken.None))).Message.ShouldStartWith("the database was set up by an earlier build");
            (await Should.ThrowAsync<SchemaException>(() => runner.MissingAsync(CancellationToken.None))).Message.ShouldEndWith("run the command migrate");
        }

        (await earlier.QueryAsync("select name from notification_meta.migrations order by 1")).ShouldBe(["0001_roles", "0002_tenants"]);
    }

    /// <summary>A database of a test's own: a migrated one, or an empty one that a script has set up.</summary>
    private async Task<OwnDatabase> OwnAsync(string? script = null)
    {
        var connectionString = script is null ? await cluster.CreateDatabaseAsync() : await cluster.CreateEmptyDatabaseAsync();
        var own = new OwnDatabase(connectionString, NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!)));
        if (script is not null)
        {
            await using var command = own.Database.Owner.CreateCommand(script);
            await command.ExecuteNonQueryAsync();
        }

        return own;
    }

    private static IReadOnlyList<SchemaPart> Changed(string name, Func<string, string> change)
    {
        var part = SchemaPart.All.Single(part => part.Name == name);
        change(part.Text).ShouldNotBe(part.Text);
        return [.. SchemaPart.All.Select(other => other == part ? new SchemaPart(name, change(part.Text)) : other)];
    }

    private sealed class OwnDatabase(string connectionString, NpgsqlDataSource superuser) : IAsyncDisposable
    {
        public Database Database { get; } = new(new StorageOptions { ConnectionString = connectionString });

        public MigrationRunner RunnerOf(IReadOnlyList<SchemaPart> parts) => new(Database, parts);

        public async Task<NpgsqlConnection> OpenAsync() => await superuser.OpenConnectionAsync();

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
            await Database.DisposeAsync();
            await superuser.DisposeAsync();
        }
    }
}
