using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Inbox;

/// <summary>
/// Brings snoozed items back when their time has come, deletes what is older than it is kept, and forgets what was deleted long ago. Any number of workers may do it
/// at once: each change takes its turn at the user's row, and what is done twice changes nothing.
/// </summary>
public sealed class InboxMaintenance(InboxStore store, Database database, InboxOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<InboxMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    /// <summary>Users of one step of the walk over all of them.</summary>
    private const int UsersAtOnce = 500;

    private static readonly TimeSpan ReturnsEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WalksEvery = TimeSpan.FromSeconds(30);

    private static readonly Statement Due = Statement.Load("inbox_items_due");
    private static readonly FoundColumns DueColumns = new(Due);
    private static readonly Statement Expired = Statement.Load("inbox_items_expired");
    private static readonly FoundColumns ExpiredColumns = new(Expired);
    private static readonly Statement Forget = Statement.Load("inbox_items_forget");

    private readonly Step changing = heartbeats.Maintenance("inbox_change", 12 * WalksEvery);

    private InboxUserId after = new(new TenantId(Guid.Empty), "");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicTask.RepeatAsync(ReturnsEvery, time, ReturnAsync, heartbeats.Maintenance("inbox_return", 12 * ReturnsEvery), reason => logger.MaintenanceFailed("return", reason), stoppingToken),
        PeriodicTask.RepeatAsync(WalksEvery, time, WalkAsync, heartbeats.Maintenance("inbox_walk", 12 * WalksEvery), reason => logger.MaintenanceFailed("walk", reason), stoppingToken));

    /// <summary>Brings back what is due.</summary>
    public async Task ReturnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = await FindAsync(Due.With(Parameter.Of("max", BatchSize)), DueColumns, cancellationToken);
            // What could not be changed would be found again at once.
            if (!await ChangeAsync(due, static id => new InboxChange(id) { Returns = true }, cancellationToken) || due.Count < BatchSize)
                return;
        }
    }

    /// <summary>One step of the walk over all users, and of what is to be forgotten.</summary>
    public async Task WalkAsync(CancellationToken cancellationToken)
    {
        if (options.Retention > TimeSpan.Zero)
        {
            var found = await FindAsync(
                Expired.With(
                    Parameter.Of("after_tenant", after.Tenant.Value), Parameter.Of("after_user", after.UserId), Parameter.Of("users", UsersAtOnce), Parameter.Of("per_user", InboxStore.MaxTogether),
                    Parameter.Of("oldest", time.GetUtcNow() - options.Retention)),
                ExpiredColumns, cancellationToken);
            await ChangeAsync([.. found.Where(row => row.Id is not null)], static id => new InboxChange(id) { Deleted = true }, cancellationToken);
            after = found.Count > 0 && found[^1].Id is null ? found[^1].User : new(new TenantId(Guid.Empty), "");
        }

        await using var forget = Forget.With(Parameter.Of("max", BatchSize)).On(database.Worker);
        while ((int)(await forget.ExecuteScalarAsync(cancellationToken))! == BatchSize)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>One user after the other: whose rows the database refuses to change does not hold up those who come after. Answers whether all went well.</summary>
    private async Task<bool> ChangeAsync(IReadOnlyList<Found> found, Func<Guid, InboxChange> change, CancellationToken cancellationToken)
    {
        var isDone = true;
        foreach (var ofUser in found.GroupBy(row => row.User))
        {
            await PeriodicTask.RunAsync(
                async token =>
                {
                    foreach (var some in ofUser.Chunk(InboxStore.MaxTogether))
                        await store.ChangeAsync(ofUser.Key, [.. some.Select(row => change(row.Id!.Value))], token);
                },
                changing,
                reason =>
                {
                    isDone = false;
                    logger.MaintenanceFailed("change", reason);
                },
                cancellationToken);
        }

        return isDone;
    }

    private async Task<List<Found>> FindAsync(BoundStatement statement, FoundColumns columns, CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        await using var command = statement.On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(columns.Read(reader));
        return found;
    }

    /// <param name="Id">Null where it only says how far the walk has come.</param>
    private readonly record struct Found(InboxUserId User, Guid? Id);

    private sealed class FoundColumns(Statement statement)
    {
        private readonly Column tenant = statement.Column("tenant_id"), user = statement.Column("user_id"), id = statement.Column("id");

        public Statement Statement => statement;

        public Found Read(Npgsql.NpgsqlDataReader row) => new(new InboxUserId(new TenantId(row.GetGuid(tenant)), row.GetString(user)), row.GetOrNull<Guid>(id));
    }
}
