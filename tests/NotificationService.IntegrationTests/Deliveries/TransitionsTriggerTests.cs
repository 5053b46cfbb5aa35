using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>
/// The trigger itself, which every test class's database has: it must note what it is there to note. Its own databases, because that of a class in which
/// something was noted fails the class.
/// </summary>
public sealed class TransitionsTriggerTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Exactly_the_changes_that_are_not_legal_are_noted()
    {
        await using var database = await PlantedDatabase.CreateAsync(cluster);
        foreach (var before in DeliveryStatuses.All)
        {
            foreach (var after in DeliveryStatuses.All.Where(after => after != before))
            {
                await database.AsTestAsync($"update deliveries set status = {(short)before}; truncate transitions.illegal");
                await database.AsServiceAsync($"update deliveries set status = {(short)after}");

                var found = await database.FoundAsync();
                found.Count.ShouldBe(DeliveryTransitions.IsLegal(before, after) ? 0 : 1, $"{before} → {after}");
                found.ShouldAllBe(line => line.Contains($"{before.ToName()} → {after.ToName()} is not legal") && line.EndsWith($"update deliveries set status = {(short)after}"));
            }
        }
    }

    [Fact]
    public async Task A_delivery_that_begins_as_none_may_begin_is_noted()
    {
        await using var database = await PlantedDatabase.CreateAsync(cluster);
        foreach (var status in DeliveryStatuses.All)
        {
            await database.AsTestAsync("truncate deliveries, transitions.illegal");
            await database.AsServiceAsync(PlantedDatabase.Insert(status));
            (await database.FoundAsync()).Count.ShouldBe(DeliveryTransitions.Initial.Contains(status) ? 0 : 1, status.ToName());
        }
    }

    [Fact]
    public async Task What_a_test_arranges_and_what_is_rolled_back_is_not_noted()
    {
        await using var database = await PlantedDatabase.CreateAsync(cluster);

        await database.AsTestAsync("update deliveries set status = {status.bounced}; update deliveries set status = {status.scheduled}");
        await database.AsServiceAsync("begin; update deliveries set status = {status.bounced}; rollback");

        (await database.FoundAsync()).ShouldBeEmpty();
    }

    /// <summary>One delivery, without what belongs to it.</summary>
    private sealed class PlantedDatabase : IAsyncDisposable
    {
        private readonly NpgsqlDataSource superuser;
        private readonly NpgsqlDataSource service;

        private PlantedDatabase(NpgsqlDataSource superuser, NpgsqlDataSource service) => (this.superuser, this.service) = (superuser, service);

        public static async Task<PlantedDatabase> CreateAsync(PostgresCluster cluster)
        {
            var connectionString = await cluster.CreateDatabaseAsync();
            var database = new PlantedDatabase(
                NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!)),
                NpgsqlDataSource.Create(connectionString + ";Options=-c role=notification_worker"));
            await TransitionsTrigger.InstallAsync(database.superuser);
            // The worker inserts no deliveries: the API's role does.
            await database.AsTestAsync("grant insert on deliveries to notification_worker");
            await database.AsTestAsync(Insert(DeliveryStatus.Queued));
            return database;
        }

        public static string Insert(DeliveryStatus status) =>
            $"insert into deliveries (id, tenant_id, channel, priority, status, due_at) values (gen_random_uuid(), gen_random_uuid(), 1, 2, {(short)status}, now())";

        public Task AsTestAsync(string sql) => ExecuteAsync(superuser, SqlNames.Replace(sql));

        public Task AsServiceAsync(string sql) => ExecuteAsync(service, SqlNames.Replace(sql));

        public Task<IReadOnlyList<string>> FoundAsync() => TransitionsTrigger.ViolationsAsync(superuser);

        public async ValueTask DisposeAsync()
        {
            await service.DisposeAsync();
            await superuser.DisposeAsync();
        }

        private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
