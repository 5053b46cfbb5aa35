using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>
/// Verifies a tenant's audit log: from where the chain begins (its first entry, or the last that was purged) to where its head says that it ends. It reads a
/// part at a time, and one verification of a tenant runs at a time in all processes. What is appended meanwhile is the next one's to verify.
/// </summary>
public sealed class AuditVerification(Database database)
{
    private const int EntriesAtOnce = 2_000;
    private const int TenantsAtOnce = 500;

    private static readonly Statement Lock = Statement.Load("audit_log_lock");
    private static readonly Statement Head = Statement.Load("audit_log_head");
    private static readonly Statement Verify = Statement.Load("audit_log_verify");
    private static readonly Statement Tenants = Statement.Load("audit_log_tenants");
    private static readonly Column IsFree = Lock.Column("is_free");
    private static readonly Column Tenant = Tenants.Column("tenant_id");

    /// <summary>Null when one is running.</summary>
    public async Task<AuditVerdict?> VerifyAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var connection = await database.Lists.OpenConnectionAsync(cancellationToken);
        // Each statement sees what is committed when it begins; the transaction only holds the lock.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await OneAsync(connection, tenant, Lock.With(Parameter.Of("tenant", tenant.Value.ToString())), row => row.GetBoolean(IsFree), cancellationToken))
            return null;
        var end = await EndsAsync(connection, tenant, cancellationToken);
        if (end.Unchained is { } unchained)
            return new AuditVerdict(0, new BrokenEntry(null, unchained));
        var (place, hash, entries) = (end.AnchorSequence, end.AnchorHash, 0L);
        while (true)
        {
            var part = await OneAsync(connection, tenant, Verify.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("after", place), Parameter.Of("previous", hash), Parameter.Of("until", end.Sequence ?? long.MaxValue),
                Parameter.Of("max", EntriesAtOnce)), Part, cancellationToken);
            if (part.Broken is null && part.Entries > 0)
            {
                (place, hash, entries) = (part.Place, part.Hash!, entries + part.Entries);
                continue;
            }

            var isWhole = part.Broken is null && place == (end.Sequence ?? 0) && hash.AsSpan().SequenceEqual(end.Hash);
            if (isWhole)
                return new AuditVerdict(entries, null);
            // A purge may have removed the entries that were about to be read: then the chain begins further on than it did.
            var now = await EndsAsync(connection, tenant, cancellationToken);
            if (now.AnchorSequence <= place || now.AnchorSequence == end.AnchorSequence)
                return new AuditVerdict(entries, part.Broken ?? new BrokenEntry(place + (place == (end.Sequence ?? 0) ? 0 : 1), null));
            (place, hash, end) = (now.AnchorSequence, now.AnchorHash, end with { AnchorSequence = now.AnchorSequence, Sequence = now.Sequence, Hash = now.Hash });
        }
    }

    /// <summary>Every tenant, ascending.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsBehindAsync(TenantId? last, CancellationToken cancellationToken)
    {
        var found = new List<TenantId>();
        await using var command = Tenants.With(Parameter.Of("after", last?.Value ?? Guid.Empty), Parameter.Of("max", TenantsAtOnce)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new TenantId(reader.GetGuid(Tenant)));
        return found;
    }

    private static Task<Ends> EndsAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken) => OneAsync(
        connection, tenant, Head.With(Parameter.Of("tenant", tenant.Value)),
        row => new Ends(
            row.GetOrNull<long>(HeadColumns.Sequence), row.IsDBNull(HeadColumns.Hash) ? [] : row.GetFieldValue<byte[]>(HeadColumns.Hash),
            row.GetOrNull<long>(HeadColumns.AnchorSequence) ?? 0, row.IsDBNull(HeadColumns.AnchorHash) ? [] : row.GetFieldValue<byte[]>(HeadColumns.AnchorHash),
            row.GetOrNull<Guid>(HeadColumns.Unchained)),
        cancellationToken);

    private static (long Entries, long Place, byte[]? Hash, BrokenEntry? Broken) Part(NpgsqlDataReader row) => (
        row.GetInt64(Columns.Entries),
        row.GetOrNull<long>(Columns.Last) ?? 0,
        row.IsDBNull(Columns.LastHash) ? null : row.GetFieldValue<byte[]>(Columns.LastHash),
        row.IsDBNull(Columns.BrokenSequence) ? null : new BrokenEntry(row.GetInt64(Columns.BrokenSequence), row.GetGuid(Columns.BrokenId)));

    private static async Task<T> OneAsync<T>(NpgsqlConnection connection, TenantId tenant, BoundStatement statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var found = new List<T>(1);
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, statement);
        await batch.RunAsync((row, _) => found.Add(read(row)), cancellationToken);
        return found[0];
    }

    /// <summary>Where a chain begins and ends. Without a head there is none, and there must be no entry either.</summary>
    private sealed record Ends(long? Sequence, byte[] Hash, long AnchorSequence, byte[] AnchorHash, Guid? Unchained);

    private static class Columns
    {
        public static readonly Column
            Entries = Verify.Column("entries"), Last = Verify.Column("last_sequence"), LastHash = Verify.Column("last_hash"), BrokenSequence = Verify.Column("broken_sequence"),
            BrokenId = Verify.Column("broken_id");
    }

    private static class HeadColumns
    {
        public static readonly Column
            Sequence = Head.Column("sequence"), Hash = Head.Column("hash"), AnchorSequence = Head.Column("anchor_sequence"), AnchorHash = Head.Column("anchor_hash"),
            Unchained = Head.Column("unchained_id");
    }
}

/// <summary>What a verification found.</summary>
/// <param name="Entries">How many entries were found to hold.</param>
/// <param name="FirstBroken">The first that does not; null when all do.</param>
public sealed record AuditVerdict(long Entries, BrokenEntry? FirstBroken)
{
    public bool IsValid => FirstBroken is null;
}

/// <summary>An entry that does not fit the one before it, or that is missing.</summary>
/// <param name="Sequence">Its place; null for an entry that stands in no chain.</param>
/// <param name="Id">Null for one that is missing.</param>
public sealed record BrokenEntry(long? Sequence, Guid? Id);
