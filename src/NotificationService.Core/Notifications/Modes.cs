using System.Collections.Frozen;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Of which mode something is: of that of the account that made it. It never changes, so whoever asks before working on it need not ask again.
/// </summary>
/// <param name="others">Of what other modules keep, each by its own statement.</param>
public sealed class Modes(Database database, IEnumerable<ModeStatement> others)
{
    private static readonly string Notification = SqlText.Statement("notifications_mode");
    private static readonly string AllOfMode = SqlText.Statement("notifications_of_mode");

    private readonly FrozenDictionary<ModeOf, string> ofOthers = others.ToFrozenDictionary(statement => statement.Kind, statement => statement.Sql);

    /// <summary>True for live, false for test, null where the tenant has no such thing.</summary>
    public async Task<bool?> FindAsync(TenantId tenant, ModeOf kind, Guid id, CancellationToken cancellationToken)
    {
        var (statement, key) = kind switch
        {
            ModeOf.Notification => (Notification, id),
            ModeOf.Delivery => (Notification, NotificationId.From(id).Value),
            _ => (ofOthers[kind], id),
        };
        bool? live = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, statement, new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = key });
        await batch.CommitAsync(row => live = row.GetBoolean(0), cancellationToken);
        return live;
    }

    /// <summary>Those of some deliveries whose notifications are of a mode.</summary>
    public async Task<IReadOnlyList<Guid>> OfAsync(TenantId tenant, bool live, IReadOnlyList<Guid> deliveries, CancellationToken cancellationToken)
    {
        var found = new HashSet<Guid>();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant, AllOfMode, new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries.Select(id => NotificationId.From(id).Value).Distinct()] }, new NpgsqlParameter<bool> { TypedValue = live });
        await batch.CommitAsync(row => found.Add(row.GetGuid(0)), cancellationToken);
        return [.. deliveries.Where(id => found.Contains(NotificationId.From(id).Value))];
    }
}

/// <summary>How the mode of something is asked for.</summary>
/// <param name="Sql">Answers one boolean, or no row. $1 tenant, $2 id.</param>
public sealed record ModeStatement(ModeOf Kind, string Sql);

/// <summary>What an id is the id of.</summary>
public enum ModeOf
{
    Notification,
    Delivery,
    Batch,
    BulkJob,
}
