using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>Lists the suppressions that count now, by channel and reason; those of one address are looked up by <see cref="SuppressionList"/>.</summary>
public sealed class SuppressionQueries(Database database, LongLists longLists, TimeProvider time)
{
    private readonly ListStatements statements = new(database, SqlText.Statement("suppressions_list"), SqlText.Statement("suppressions_count"));

    /// <summary>The newest first.</summary>
    public async Task<PageResult<Suppression>> ListAsync(TenantId tenant, ChannelKind? channel, SuppressionReason? reason, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has all that is asked.
        var result = await ListScan.ReadAsync<Suppression>(page, row => row.Id, isExact: false, PageRequest.Reach, ReadAsync);
        return page.IsNumbered && result.Total is null
            ? result.With(await longLists.TotalAsync(tenant, (nameof(Suppression), channel, reason), CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<Suppression>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant,
            [
                Parameter.Id(tenant.Value), Parameter.Before(step.After), Parameter.Number(step.Rows), new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
                Parameter.Small((short?)channel), Parameter.Small((short?)reason), Parameter.Number(step.Offset), Parameter.Number(step.Take),
            ],
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant,
            [
                Parameter.Id(tenant.Value), Parameter.Number(PageRequest.Reach + 1), new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
                Parameter.Small((short?)channel), Parameter.Small((short?)reason),
            ],
            row => ListTotal.Of(looked: row.GetInt64(0), matching: row.GetInt64(1)), token);
    }

    private static Suppression Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(3),
        Channel = (ChannelKind)row.GetInt16(4),
        Address = row.GetString(5),
        Reason = (SuppressionReason)row.GetInt16(6),
        ProviderId = row.IsDBNull(7) ? null : row.GetGuid(7),
        DeliveryId = row.IsDBNull(8) ? null : row.GetGuid(8),
        Code = row.IsDBNull(9) ? null : row.GetString(9),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(10),
        ExpiresAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
    };
}
