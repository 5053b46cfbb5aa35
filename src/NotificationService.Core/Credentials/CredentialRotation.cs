using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Credentials;

/// <summary>
/// Brings stored credentials, those of providers and those of webhook endpoints, under the current master key, a batch at a time. It may be stopped anywhere and started
/// again, and run on several machines at once: each row is only written if it is still as it was read.
/// </summary>
public sealed class CredentialRotation(Database database, CredentialVault vault, IEnumerable<SealedTable> sealedTables)
{
    private readonly SealedTable[] tables = [.. sealedTables];

    /// <summary>Re-encrypts all there is and says what remains: a master key may be taken away once nothing remains under it.</summary>
    /// <param name="batchSize">Rows per transaction.</param>
    /// <param name="progress">Called with after each batch how many were re-encrypted so far.</param>
    public async Task<RotationReport> RunAsync(int batchSize, Action<int>? progress, CancellationToken cancellationToken)
    {
        var resealed = 0;
        var unreadable = 0;
        foreach (var table in tables)
        {
            var last = default(CredentialAddress);
            while (await FindAsync(table, last, batchSize, cancellationToken) is { Count: > 0 } rows)
            {
                var readable = rows
                    .Select(row => (row.Address, row.Sealed, Opened: vault.Open(row.Sealed, row.Address) as OpenedCredential.Readable))
                    .ToList();
                unreadable += readable.Count(row => row.Opened is null);
                resealed += await ResealAsync(table, [.. readable.Where(row => row.Opened is not null).Select(row => (row.Address, row.Sealed, row.Opened!.Secret))], cancellationToken);
                last = rows[^1].Address;
                progress?.Invoke(resealed);
            }
        }

        return new RotationReport(resealed, unreadable, await RemainingAsync(cancellationToken));
    }

    /// <summary>How many credentials are sealed under each key that is not the current one.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RemainingAsync(CancellationToken cancellationToken)
    {
        var remaining = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            await using var command = database.Owner.CreateCommand(table.Count);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = vault.CurrentKeyId });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                remaining[reader.GetString(0)] = remaining.GetValueOrDefault(reader.GetString(0)) + reader.GetInt64(1);
        }

        return remaining;
    }

    private async Task<List<(CredentialAddress Address, byte[] Sealed)>> FindAsync(SealedTable table, CredentialAddress? after, int batchSize, CancellationToken cancellationToken)
    {
        await using var command = database.Owner.CreateCommand(table.Find);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = vault.CurrentKeyId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Tenant.Value ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Owner ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after?.Field ?? "" });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = batchSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(CredentialAddress, byte[])>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add((new CredentialAddress(new TenantId(reader.GetGuid(0)), reader.GetGuid(1), reader.GetString(2)), reader.GetFieldValue<byte[]>(3)));
        return rows;
    }

    private async Task<int> ResealAsync(SealedTable table, IReadOnlyList<(CredentialAddress Address, byte[] Was, string Secret)> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return 0;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        foreach (var (address, was, secret) in rows)
        {
            batch.Add(
                address.Tenant, table.Reseal,
                new NpgsqlParameter<Guid> { TypedValue = address.Tenant.Value },
                new NpgsqlParameter<Guid> { TypedValue = address.Owner },
                new NpgsqlParameter<string> { TypedValue = address.Field },
                new NpgsqlParameter<byte[]> { TypedValue = was },
                new NpgsqlParameter<byte[]> { TypedValue = vault.Seal(secret, address) },
                new NpgsqlParameter<string> { TypedValue = vault.CurrentKeyId });
        }

        var written = 0;
        await batch.CommitAsync(_ => written++, cancellationToken);
        return written;
    }
}

/// <param name="Resealed">Credentials brought under the current key.</param>
/// <param name="Unreadable">Credentials that no key here opens; they stay as they are.</param>
/// <param name="Remaining">What is still sealed under another key, by key id; empty when every other key may go.</param>
public sealed record RotationReport(int Resealed, int Unreadable, IReadOnlyDictionary<string, long> Remaining);
