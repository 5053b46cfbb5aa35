using System.Collections.Frozen;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Of which mode something is: of that of the account that made it. It never changes, so whoever asks before working on it need not ask again.
/// </summary>
/// <param name="others">Of what other modules keep, each by its own statement.</param>
public sealed class Modes(Database database, IEnumerable<ModeStatement> others)
{
    private static readonly ModeStatement Notification = new(ModeOf.Notification, "notifications_mode");
    private static readonly Statement AllOfMode = Statement.Load("notifications_of_mode");
    private static readonly Column OfMode = AllOfMode.Column("id");

    private readonly FrozenDictionary<ModeOf, ModeStatement> ofOthers = others.ToFrozenDictionary(statement => statement.Kind);

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
        batch.Add(tenant, statement.Of(tenant, key));
        await batch.CommitAsync(row => live = row.GetBoolean(statement.Live), cancellationToken);
        return live;
    }

    /// <summary>Those of some deliveries whose notifications are of a mode.</summary>
    public async Task<IReadOnlyList<Guid>> OfAsync(TenantId tenant, bool live, IReadOnlyList<Guid> deliveries, CancellationToken cancellationToken)
    {
        var found = new HashSet<Guid>();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant,
            AllOfMode.With(
                Parameter.Of("tenant", tenant.Value),
                Parameter.Of<Guid[]>("ids", [.. deliveries.Select(id => NotificationId.From(id).Value).Distinct()]), Parameter.Of("live", live)));
        await batch.CommitAsync(row => found.Add(row.GetGuid(OfMode)), cancellationToken);
        return [.. deliveries.Where(id => found.Contains(NotificationId.From(id).Value))];
    }
}

/// <summary>How the mode of something is asked for.</summary>
public sealed class ModeStatement
{
    private readonly Statement statement;

    /// <param name="kind">Of what.</param>
    /// <param name="name">The statement's file.</param>
    public ModeStatement(ModeOf kind, string name)
    {
        (Kind, statement) = (kind, Statement.Load(name));
        Live = statement.Column("live");
    }

    public ModeOf Kind { get; }

    internal Column Live { get; }

    internal BoundStatement Of(TenantId tenant, Guid id) => statement.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id));
}

/// <summary>What an id is the id of.</summary>
public enum ModeOf
{
    Notification,
    Delivery,
    Batch,
    BulkJob,
}
