using Npgsql;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Applies pending receipts, many in one transaction.</summary>
/// <remarks>
/// 1 lock what is due, of whichever tenants → 2 per tenant, under its scope: find and lock the deliveries → 3 work out what it means, in memory →
/// 4 per tenant: write it all → 5 commit. Dies anywhere before 5: nothing happened, the locks go with the connection.
/// </remarks>
public sealed class ReceiptStore(Database database, Ids ids)
{
    /// <summary>A vendor that does not echo our id reports within days; older months are not looked through.</summary>
    private static readonly TimeSpan OldestLookedFor = TimeSpan.FromDays(35);

    private static readonly string PutOff = SqlText.Statement("receipts_put_off");
    private static readonly string Claim = SqlText.Statement("receipts_claim");
    private static readonly string Match = SqlText.Statement("receipts_match");
    private static readonly string Apply = SqlText.Statement("deliveries_apply_receipt");

    /// <summary>One transaction's worth. Answers every receipt that was looked at; those still pending wait.</summary>
    /// <exception cref="PostgresException">The database refused one of them, and with it all: ask for them one by one, by <see cref="ApplyOneAsync"/>.</exception>
    public async Task<IReadOnlyList<EndedReceipt>> ApplyAsync(int most, CancellationToken cancellationToken)
    {
        var applied = await TryApplyAsync(most, cancellationToken);
        return applied.Refused is { } refused ? throw refused : applied.Ended;
    }

    /// <summary>The one that is due first. Should it be that which the database refuses, it is put off, so that the others get their turn.</summary>
    public async Task<IReadOnlyList<EndedReceipt>> ApplyOneAsync(CancellationToken cancellationToken)
    {
        var applied = await TryApplyAsync(1, cancellationToken);
        if (applied is not { Refused: { } refused, Pending: [var receipt] })
            return applied.Ended;
        if (refused.IsTransient)
            throw refused;
        await using var command = database.Worker.CreateCommand(PutOff);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = receipt.Tenant.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = receipt.Provider });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = receipt.Hash });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"error_{refused.SqlState}" });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return [new EndedReceipt(receipt, ReceiptState.Pending, "error", receipt.ReceivedAt, null)];
    }

    private async Task<(IReadOnlyList<PendingReceipt> Pending, IReadOnlyList<EndedReceipt> Ended, PostgresException? Refused)> TryApplyAsync(
        int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.Worker.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (pending, now) = await ClaimAsync(connection, most, cancellationToken);
        if (pending.Count == 0)
            return ([], [], null);
        try
        {
            var ended = await ApplyAsync(connection, pending, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return (pending, ended, null);
        }
        catch (PostgresException exception)
        {
            return (pending, [], exception);
        }
    }

    private async Task<IReadOnlyList<EndedReceipt>> ApplyAsync(NpgsqlConnection connection, List<PendingReceipt> pending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tenants = pending.GroupBy(receipt => receipt.Tenant).OrderBy(group => group.Key)
            .Select(group => (Tenant: group.Key, Receipts: group.OrderBy(receipt => receipt.OccurredAt).ThenBy(receipt => receipt.Id).ToArray())).ToArray();
        var matches = await MatchAsync(connection, tenants, now, cancellationToken);
        var effects = new List<(TenantId Tenant, ReceiptEffects Effects)>(tenants.Length);
        foreach (var (tenant, receipts) in tenants)
        {
            var effect = new ReceiptEffects(now);
            foreach (var receipt in receipts)
                effect.Add(receipt, matches[receipt.Id]);
            effects.Add((tenant, effect));
        }

        await WriteAsync(connection, effects, cancellationToken);
        return [.. effects.SelectMany(effect => effect.Effects.Ended)];
    }

    private static async Task<(List<PendingReceipt> Pending, DateTimeOffset Now)> ClaimAsync(NpgsqlConnection connection, int most, CancellationToken cancellationToken)
    {
        var (pending, now) = (new List<PendingReceipt>(), default(DateTimeOffset));
        await using var command = new NpgsqlCommand(Claim, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = most } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            pending.Add(Read(reader));
            now = reader.GetFieldValue<DateTimeOffset>(14);
        }

        return (pending, now);
    }

    private static async Task<Dictionary<Guid, ReceiptMatch>> MatchAsync(
        NpgsqlConnection connection, (TenantId Tenant, PendingReceipt[] Receipts)[] tenants, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var oldest = Oldest(now);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (tenant, receipts) in tenants)
        {
            batch.BatchCommands.Add(Database.OpenScope(tenant));
            batch.BatchCommands.Add(Command(
                Match,
                new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(receipts, receipt => receipt.Provider) },
                new NpgsqlParameter<Guid?[]> { TypedValue = Array.ConvertAll(receipts, receipt => receipt.Delivery?.Value) },
                new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(receipts, receipt => receipt.ProviderMessageId) },
                new NpgsqlParameter<bool[]> { TypedValue = Array.ConvertAll(receipts, receipt => receipt is { ConcernsAddress: true, Address: null }) },
                new NpgsqlParameter<Guid> { TypedValue = oldest }));
        }

        var matches = new Dictionary<Guid, ReceiptMatch>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var (_, receipts) in tenants)
        {
            await reader.NextResultAsync(cancellationToken); // past the scope's
            while (await reader.ReadAsync(cancellationToken))
                matches[receipts[reader.GetInt32(0) - 1].Id] = ReadMatch(reader);
            await reader.NextResultAsync(cancellationToken);
        }

        return matches;
    }

    private async Task WriteAsync(NpgsqlConnection connection, List<(TenantId Tenant, ReceiptEffects Effects)> effects, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (tenant, effect) in effects)
        {
            batch.BatchCommands.Add(Database.OpenScope(tenant));
            batch.BatchCommands.Add(Command(Apply, ReceiptEffectColumns.Of(tenant.Value, effect)));
            if (effect.Addresses.Count > 0)
                batch.BatchCommands.Add(Command(SuppressionColumns.Insert, new SuppressionColumns(effect.Addresses, ids).Parameters(tenant.Value)));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    private static PendingReceipt Read(NpgsqlDataReader row) => new(
        new TenantId(row.GetGuid(0)),
        row.GetGuid(1),
        row.GetFieldValue<byte[]>(2),
        row.GetGuid(3),
        row.IsDBNull(4) ? null : new DeliveryId(row.GetGuid(4)),
        Text(row, 5),
        (ReceiptKind)row.GetInt16(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetFieldValue<DateTimeOffset>(8),
        Text(row, 9),
        Text(row, 10),
        Text(row, 11),
        Text(row, 12),
        (ReceiptFlags)row.GetInt16(13));

    private static ReceiptMatch ReadMatch(NpgsqlDataReader row)
    {
        DeliveryId? delivery = row.IsDBNull(1) ? null : new DeliveryId(row.GetGuid(1));
        var standing = delivery is { } id && row.GetBoolean(2)
            ? new DeliveryStanding(
                id, (DeliveryStatus)row.GetInt16(3), row.GetBoolean(4), row.GetInt16(5), Text(row, 6),
                row.IsDBNull(7) ? null : new Failure((FailureKind)row.GetInt16(7), Text(row, 8) ?? "", Text(row, 9) ?? ""))
            : null;
        return new ReceiptMatch(delivery, standing, row.GetBoolean(10), Text(row, 11), row.IsDBNull(12) ? null : (ChannelKind)row.GetInt16(12), Text(row, 13));
    }

    /// <summary>The smallest id of that day.</summary>
    private static Guid Oldest(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, (now - OldestLookedFor).ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
