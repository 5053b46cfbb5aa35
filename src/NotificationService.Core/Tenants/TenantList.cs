using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>Which tenants are wanted; what is null does not matter.</summary>
/// <param name="Key">The key, whole.</param>
/// <param name="IsSuspended">Only those that are, or only those that are not.</param>
/// <param name="Search">A text in the key or the name.</param>
public sealed record TenantFilter(string? Key, bool? IsSuspended, string? Search);

/// <summary>One of all tenants.</summary>
public sealed record ListedTenant(TenantId Id, string Key, string Name, TenantStatus Status, string? SuspendedReason, DateTimeOffset CreatedAt);

/// <summary>Lists all tenants, for those who look after the service: who they are, and nothing of what they have.</summary>
public sealed class TenantList(Database database)
{
    private static readonly Statement List = Statement.Load("tenants_list");

    private static class Columns
    {
        public static readonly Column
            Id = List.Column("tenant_id"), Key = List.Column("key"), Name = List.Column("name"), CreatedAt = List.Column("created_at"),
            SuspendedAt = List.Column("suspended_at"), SuspendedReason = List.Column("suspended_reason");
    }

    /// <summary>The newest first, those below an id.</summary>
    public async Task<IReadOnlyList<ListedTenant>> ListAsync(TenantFilter filter, Guid? after, int max, CancellationToken cancellationToken)
    {
        var found = new List<ListedTenant>();
        await using var command = List.With(
            Parameter.Before("before_id", after), Parameter.OrNull("key", filter.Key), Parameter.OrNull("suspended", filter.IsSuspended), Parameter.OrNull("search", filter.Search),
            Parameter.Of("max", max)).On(database.Lists);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(new ListedTenant(
                new TenantId(row.GetGuid(Columns.Id)), row.GetString(Columns.Key), row.GetString(Columns.Name),
                row.IsDBNull(Columns.SuspendedAt) ? TenantStatus.Active : TenantStatus.Suspended, row.GetStringOrNull(Columns.SuspendedReason), row.GetTime(Columns.CreatedAt)));
        }

        return found;
    }
}
