using System.Data;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>As of the queue of deliveries: what was published since an old transaction began cannot be vacuumed, and a claim must not read through it.</summary>
public sealed class WebhookOldSnapshotTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Published = 10_000;

    [Fact]
    public async Task A_claim_costs_the_same_however_much_was_published_since_an_old_transaction_began()
    {
        await using var stage = await WebhookStage.CreateAsync(database);
        await using var old = await database.Superuser.OpenConnectionAsync();
        await using var snapshot = await old.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using (var look = new NpgsqlCommand("select 1", old, snapshot))
            await look.ExecuteScalarAsync();
        foreach (var path in (string[])["/a", "/b"])
            await stage.Endpoints.MessagesAsync(stage.Tenant, await stage.PlantAsync(path, 0), Published / 2, dueAt: "now() - interval '1 h'");
        await database.ExecuteAsync($"update webhook_messages set state = {{message.delivered}}, ended_at = now() where tenant_id = '{stage.Tenant}'");
        await stage.PlantAsync("/c", 1);

        var (everything, oldest) = await ClaimAsync(DueWatermarks.Everything);
        var (watermark, _) = await ClaimAsync(oldest);

        everything.ShouldBeGreaterThan(Published / 4, "what was published is still there");
        watermark.ShouldBeLessThan(everything / 20);
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
                if (reader.IsDBNull(0))
                    oldest = reader.GetFieldValue<DateTimeOffset>(8);
            }
        }

        await using var again = Command();
        return (await PagesRead.ByAsync(again), oldest);

        NpgsqlCommand Command() => new(SqlText.Statement("webhook_messages_claim"), connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = Guid.Empty }, new NpgsqlParameter<int> { TypedValue = 100 }, new NpgsqlParameter<Guid[]> { TypedValue = [] },
                new NpgsqlParameter<int[]> { TypedValue = [] }, new NpgsqlParameter<bool[]> { TypedValue = [] }, new NpgsqlParameter<long[]> { TypedValue = [] },
                new NpgsqlParameter<int> { TypedValue = 2 }, new NpgsqlParameter<int> { TypedValue = 256 }, new NpgsqlParameter<int> { TypedValue = 128 },
                new NpgsqlParameter<Guid[]> { TypedValue = [] }, new NpgsqlParameter<bool[]> { TypedValue = [] }, new NpgsqlParameter<int[]> { TypedValue = [] },
                new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromMinutes(1) }, new NpgsqlParameter<DateTimeOffset> { TypedValue = watermark },
            },
        };
    }
}
