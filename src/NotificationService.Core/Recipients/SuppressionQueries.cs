using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Recipients;

/// <summary>Lists the suppressions that count now, by channel and reason; those of one address are looked up by <see cref="SuppressionList"/>.</summary>
public sealed class SuppressionQueries(Database database, LongLists longLists, TimeProvider time)
{
    private static readonly ListStatement List = new("suppressions_list");
    private static readonly Statement Count = Statement.Load("suppressions_count");
    private static readonly Column LookedAt = Count.Column("looked_at");
    private static readonly Column Hits = Count.Column("hits");

    private readonly ListStatements statements = new(database);

    /// <summary>The newest first.</summary>
    public async Task<PageResult<Suppression>> ListAsync(TenantId tenant, ChannelKind? channel, SuppressionReason? reason, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has all that is asked.
        var result = await ListScan.ReadAsync<Suppression>(page, row => row.Id, isExact: false, PageRequest.Reach, ReadAsync);
        return page.IsNumbered && result.Total is null
            ? result.With(await longLists.TotalAsync(tenant, (nameof(Suppression), channel, reason), CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<Suppression>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant, List,
            List.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Before("before_id", step.After), Parameter.Of("max_rows", step.Rows), Parameter.Of("now", time.GetUtcNow()),
                Parameter.OrNull("channel", (short?)channel), Parameter.OrNull("reason", (short?)reason), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)),
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant,
            Count.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("max", PageRequest.Reach + 1), Parameter.Of("now", time.GetUtcNow()),
                Parameter.OrNull("channel", (short?)channel), Parameter.OrNull("reason", (short?)reason)),
            row => ListTotal.Of(looked: row.GetInt64(LookedAt), matching: row.GetInt64(Hits)), token);
    }

    private static Suppression Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(Columns.Id),
        Channel = (ChannelKind)row.GetInt16(Columns.Channel),
        Address = row.GetString(Columns.Address),
        Reason = (SuppressionReason)row.GetInt16(Columns.Reason),
        Scope = row.GetString(Columns.Scope),
        ProviderId = row.GetOrNull<Guid>(Columns.ProviderId),
        DeliveryId = row.GetOrNull<Guid>(Columns.DeliveryId),
        Code = row.GetStringOrNull(Columns.Code),
        CreatedAt = row.GetTime(Columns.CreatedAt),
        ExpiresAt = row.GetOrNull<DateTimeOffset>(Columns.ExpiresAt),
    };

    private static class Columns
    {
        public static readonly Column
            Id = List.Column("id"), Channel = List.Column("channel"), Address = List.Column("address"), Reason = List.Column("reason"), Scope = List.Column("scope"),
            ProviderId = List.Column("provider_id"), DeliveryId = List.Column("delivery_id"), Code = List.Column("code"), CreatedAt = List.Column("created_at"),
            ExpiresAt = List.Column("expires_at");
    }
}
