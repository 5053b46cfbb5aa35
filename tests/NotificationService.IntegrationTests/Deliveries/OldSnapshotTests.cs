using System.Data;
using NotificationService.Channels;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>A transaction that is open for long, somebody's backup or a forgotten console: what was done since cannot be vacuumed, and a claim must not read through it.</summary>
public sealed class OldSnapshotTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Done = 20_000;

    private static readonly string Claim = SqlText.Statement("deliveries_claim");

    [Fact]
    public async Task A_claim_costs_the_same_however_much_was_done_since_an_old_transaction_began()
    {
        var tenant = await database.NewTenantAsync();
        await using var old = await database.Superuser.OpenConnectionAsync();
        await using var snapshot = await old.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using (var look = new NpgsqlCommand("select 1", old, snapshot))
            await look.ExecuteScalarAsync();
        var accepted = new AcceptedNotifications(database);
        await accepted.PlantAsync(tenant, Done, dueIn: TimeSpan.FromHours(-1));
        await database.ExecuteAsync($"update deliveries set status = {{status.sent}} where tenant_id = '{tenant}'");
        await accepted.PlantAsync(tenant, 10, dueIn: TimeSpan.FromHours(1));

        var (everything, oldest) = await ClaimAsync(DueWatermarks.Everything);
        var (watermark, _) = await ClaimAsync(oldest);

        everything.ShouldBeGreaterThan(Done / 4, "what was done is still there");
        watermark.ShouldBeLessThan(everything / 20);
    }

    [Fact]
    public async Task What_a_claim_with_watermarks_passed_by_is_found_by_the_next_look_through_everything()
    {
        var tenant = await database.NewTenantAsync();
        await using var worker = WorkerHost.Create(database.ConnectionString);
        await worker.AddSandboxAsync(tenant, ChannelKind.Email);
        await worker.StartAsync();
        var accepted = new AcceptedNotifications(database);
        await accepted.PlantAsync(tenant, 1);
        await accepted.UntilAsync(tenant, "delivered", 1);

        await accepted.PlantAsync(tenant, 5, dueIn: TimeSpan.FromDays(-2));
        await accepted.UntilAsync(tenant, "delivered", 6, TimeSpan.FromMinutes(2));

        await worker.StopAsync();
    }

    /// <summary>Pages read, and the oldest due time reported. Nothing stays claimed.</summary>
    private async Task<(long Pages, DateTimeOffset Oldest)> ClaimAsync(DateTimeOffset watermark)
    {
        await using var connection = await database.Database.Worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var oldest = DateTimeOffset.MaxValue;
        await using (var claim = Command())
        await using (var reader = await claim.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                if (reader.IsDBNull(0) && reader.GetFieldValue<DateTimeOffset>(10) < oldest)
                    oldest = reader.GetFieldValue<DateTimeOffset>(10);
            }
        }

        await using var again = Command();
        return (await PagesRead.ByAsync(again), oldest);

        NpgsqlCommand Command() => new(Claim, connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = 256 },
                new NpgsqlParameter<short[]> { TypedValue = [0, 1, 2, 3] },
                new NpgsqlParameter<int[]> { TypedValue = [64, 64, 64, 64] },
                new NpgsqlParameter<Guid[]> { TypedValue = new Guid[4] },
                new NpgsqlParameter<short[]> { TypedValue = new short[4] },
                new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(30) },
                new NpgsqlParameter<Guid> { TypedValue = Guid.NewGuid() },
                new NpgsqlParameter<Guid[]> { TypedValue = [] },
                new NpgsqlParameter<short[]> { TypedValue = [] },
                new NpgsqlParameter<int[]> { TypedValue = [] },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [watermark, watermark, watermark, watermark] },
            },
        };
    }
}
