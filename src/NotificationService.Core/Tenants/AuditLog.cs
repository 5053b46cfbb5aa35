using System.Net;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Who did what, when, from where. A row is added to the same transaction as what was done, so that there is neither a deed
/// without its row nor a row without its deed. When the transaction commits the database gives it its place in the tenant's chain
/// (docs/decisions/0052-the-audit-log-is-a-chain.md). No secrets, bodies or addresses of recipients in it.
/// </summary>
public sealed class AuditLog(Ids ids, TimeProvider time)
{
    private const int LongestAction = 200;
    private const int LongestTarget = 300;
    private const int LongestName = 200;
    private const int LongestUserAgent = 300;

    private static readonly Statement Insert = Statement.Load("audit_log_insert");

    /// <summary>Adds a row for what a caller does; it is stored when the surrounding work saves its changes.</summary>
    /// <param name="db">The work under the caller's tenant.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="action">What, such as <c>template.published</c>.</param>
    /// <param name="target">To what, such as <c>template/welcome</c>.</param>
    /// <param name="detail">What else a reader will want to know.</param>
    public void Record(NotificationDbContext db, Caller caller, string action, string target, IReadOnlyDictionary<string, string>? detail = null) =>
        db.Add(Entry(AuditActor.Of(caller), action, target, before: null, AuditFields.Of(detail)));

    /// <summary>The same of something that changes: of both sides what differs is stored.</summary>
    /// <param name="db">The work under the caller's tenant.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="action">What.</param>
    /// <param name="target">To what.</param>
    /// <param name="before">As it was; null for what is new.</param>
    /// <param name="after">As it is now; null for what is gone.</param>
    public void Record(NotificationDbContext db, Caller caller, string action, string target, AuditFields? before, AuditFields? after) =>
        db.Add(Entry(AuditActor.Of(caller), action, target, before, after));

    /// <summary>The same for somebody who is no caller yet, such as a person who signs in.</summary>
    public void Record(NotificationDbContext db, AuditActor actor, string action, string target, AuditFields? before = null, AuditFields? after = null) =>
        db.Add(Entry(actor, action, target, before, after));

    /// <summary>Adds a row for what the service itself does, such as the first admin of a tenant.</summary>
    public void RecordSystem(NotificationDbContext db, TenantId tenant, string action, string target, IReadOnlyDictionary<string, string>? detail = null) =>
        db.Add(Entry(AuditActor.System(tenant), action, target, before: null, AuditFields.Of(detail)));

    /// <summary>The same as a statement, for work that is not Entity Framework's. It runs under the tenant's scope, in the transaction of what was done.</summary>
    public BoundStatement ToInsert(AuditActor actor, string action, string target, AuditFields? before = null, AuditFields? after = null)
    {
        var entry = Entry(actor, action, target, before, after);
        return Insert.With(
            Parameter.Of("id", entry.Id),
            Parameter.Of("tenant", entry.TenantId.Value),
            Parameter.Of("at", entry.At),
            Parameter.Of("actor_kind", entry.ActorKind),
            Parameter.OrNull("actor", entry.ActorId),
            Parameter.OrNull("actor_name", entry.ActorName),
            Parameter.OrNull("ip", entry.Ip),
            Parameter.OrNull("user_agent", entry.UserAgent),
            Parameter.Of("action", entry.Action),
            Parameter.Of("target", entry.Target),
            Parameter.OrNull("before", entry.Before),
            Parameter.OrNull("after", entry.After));
    }

    private AuditEntry Entry(AuditActor actor, string action, string target, AuditFields? before, AuditFields? after)
    {
        var origin = RequestOrigin.Current;
        var (was, now) = AuditFields.Json(before, after);
        return new AuditEntry
        {
            Id = ids.Next(),
            TenantId = actor.Tenant,
            At = time.GetUtcNow(),
            ActorKind = actor.Kind,
            ActorId = actor.Id,
            ActorName = actor.Name is { } name ? StorableText.Of(name, LongestName) : null,
            Ip = Plain(origin?.Address),
            UserAgent = origin?.UserAgent is { Length: > 0 } agent ? StorableText.Of(agent, LongestUserAgent) : null,
            Action = StorableText.Of(action, LongestAction),
            Target = StorableText.Of(target, LongestTarget),
            Before = was,
            After = now,
        };
    }

    /// <summary>Of IPv4 in IPv6 what is meant, and without a scope, which says something on one machine only.</summary>
    private static string? Plain(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => new IPAddress(address.GetAddressBytes()).ToString(),
    };
}
