using NotificationService.Storage;
using NotificationService.Testing;

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
}
