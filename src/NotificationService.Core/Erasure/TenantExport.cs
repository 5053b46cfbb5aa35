using System.Buffers;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Erasure;

/// <summary>
/// What a tenant has, as lines of JSON, a row each: <c>{"table":"templates","row":{…}}</c>. Read while it is fetched, a page at a time under the tenant's scope, so that nothing is
/// stored and no connection is held while the reader is slow. A row that changes meanwhile stands as it was when its page was read.
/// </summary>
public sealed class TenantExport(Database database, TenantStore store, AuditLog audit)
{
    /// <summary>A row may be a megabyte: so many of them are in memory at once.</summary>
    private const int PageRows = 50;

    /// <summary>The service's own book-keeping, and what holds nothing but secrets.</summary>
    private static readonly string[] LeftOut =
    [
        "refresh_tokens", "one_time_tokens", "ended_tokens", "totp_secrets", "recovery_codes", "sign_in_places", "notices", "provider_credentials", "webhook_secrets",
        "idempotency_keys", "batch_changes", "ledger_changes", "retention_marks", "retention_left", "audit_heads", "invitation_counts",
    ];

    private static readonly Statement Tables = Statement.Load("tenant_export_tables");

    private static class Columns
    {
        public static readonly Column
            Name = Tables.Column("name"), Key = Tables.Column("key_columns"), KeyTypes = Tables.Column("key_types"), Taken = Tables.Column("columns");
    }

    /// <summary>That somebody takes everything along stands in the log.</summary>
    public Task RecordAsync(Caller caller, Guid export, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        async (db, token) =>
        {
            audit.Record(db, caller, "tenant.exported", $"tenant-export/{export}");
            return await db.SaveChangesAsync(token);
        },
        cancellationToken);

    /// <summary>Each page as it is to be sent; none is larger than its rows.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> PagesAsync(TenantId tenant, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var table in await TablesAsync(cancellationToken))
        {
            string[]? last = null;
            var rows = PageRows;
            while (rows == PageRows)
            {
                var page = new ArrayBufferWriter<byte>();
                (rows, last) = await ReadAsync(tenant, table, last, page, cancellationToken);
                if (rows > 0)
                    yield return page.WrittenMemory;
                if (table.Key.Count == 0)
                    break;
            }
        }
    }

    private async Task<(int Rows, string[]? Last)> ReadAsync(TenantId tenant, ExportedTable table, string[]? after, ArrayBufferWriter<byte> page, CancellationToken cancellationToken)
    {
        var (rows, last) = (0, after);
        NpgsqlParameter[] parameters = [new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, .. (after ?? []).Select(value => new NpgsqlParameter<string> { TypedValue = value })];
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, table.PageAfter(after is null, PageRows), parameters);
        await batch.CommitAsync(
            row =>
            {
                rows++;
                ExportLine.Write(page, table, row);
                last = [.. Enumerable.Range(table.Columns.Count, table.Key.Count).Select(row.GetString)];
            },
            cancellationToken);
        return (rows, last);
    }

    private async Task<IReadOnlyList<ExportedTable>> TablesAsync(CancellationToken cancellationToken)
    {
        var tables = new List<ExportedTable>();
        await using var command = Tables.With(Parameter.Of("left_out", LeftOut)).On(database.App);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            tables.Add(new ExportedTable(
                row.GetString(Columns.Name), row.GetFieldValue<string[]>(Columns.Key), row.GetFieldValue<string[]>(Columns.KeyTypes), row.GetFieldValue<string[]>(Columns.Taken)));
        }

        return tables;
    }
}
