using Npgsql;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Applies pending receipts, many in one transaction.</summary>
/// <remarks>
/// 1 lock what is due, of each tenant its share → 2 per tenant, under its scope: find and lock the deliveries → 3 work out what it means, in memory →
/// 4 per tenant: write it all → 5 commit. Dies anywhere before 5: nothing happened, the locks go with the connection.
/// </remarks>
public sealed class ReceiptStore(Database database, Ids ids, ProviderTypes types)
{
    /// <summary>Of more tenants that have receipts waiting the others come the next time.</summary>
    public const int MaxTenants = 250;

    /// <summary>The search for those at fault ends there; what was not looked at comes the next time.</summary>
    private const int MaxRefusals = 200;

    private const string Part = "part";

    /// <summary>A vendor that does not echo our id reports within days; older months are not looked through.</summary>
    private static readonly TimeSpan OldestLookedFor = TimeSpan.FromDays(35);

    private static readonly string PutOff = SqlText.Statement("receipts_put_off");
    private static readonly string Claim = SqlText.Statement("receipts_claim");
    private static readonly string Match = SqlText.Statement("receipts_match");
    private static readonly string Apply = SqlText.Statement("deliveries_apply_receipt");

    private readonly string[] reportingForSiblings = [.. types.ReportingForSiblings];
    private readonly Lock turn = new();
    private Guid after;

    /// <summary>One transaction's worth, about so many. Answers every receipt that was looked at; those still pending wait.</summary>
    /// <exception cref="PostgresException">The database refused one of them, and with it all: <see cref="ApplyCarefullyAsync"/> finds it.</exception>
    public async Task<IReadOnlyList<EndedReceipt>> ApplyAsync(int max, CancellationToken cancellationToken)
    {
        await using var connection = await database.Worker.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (pending, now) = await ClaimAsync(connection, max, cancellationToken);
        if (pending.Count == 0)
            return [];
        var ended = await ApplyAsync(connection, pending, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended;
    }

    /// <summary>As <see cref="ApplyAsync(int, CancellationToken)"/>, where the database refuses some: they are found by halves and put off, and the others are applied.</summary>
    public async Task<IReadOnlyList<EndedReceipt>> ApplyCarefullyAsync(int max, CancellationToken cancellationToken)
    {
        await using var connection = await database.Worker.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (pending, now) = await ClaimAsync(connection, max, cancellationToken);
        var (ended, parts, refusals) = (new List<EndedReceipt>(pending.Count), new Stack<List<PendingReceipt>>(), 0);
        if (pending.Count > 0)
            parts.Push(pending);
        while (refusals < MaxRefusals && parts.TryPop(out var part))
        {
            await transaction.SaveAsync(Part, cancellationToken);
            try
            {
                ended.AddRange(await ApplyAsync(connection, part, now, cancellationToken));
                await transaction.ReleaseAsync(Part, cancellationToken);
            }
            catch (Exception refused) when (DatabaseFailures.Of(refused).IsOfTheStatement())
            {
                refusals++;
                await transaction.RollbackAsync(Part, cancellationToken);
                if (part is [var receipt])
                {
                    ended.Add(await PutOffAsync(connection, receipt, Outage.Reason(refused), cancellationToken));
                    continue;
                }

                parts.Push(part[(part.Count / 2)..]);
                parts.Push(part[..(part.Count / 2)]);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return ended;
    }

    private static async Task<EndedReceipt> PutOffAsync(NpgsqlConnection connection, PendingReceipt receipt, string code, CancellationToken cancellationToken)
    {
        var reason = $"error_{code}";
        await using var command = new NpgsqlCommand(PutOff, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receipt.Place });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        var state = (short?)await command.ExecuteScalarAsync(cancellationToken) ?? throw new InvalidOperationException("a locked row is gone");
        return new EndedReceipt(receipt, (ReceiptState)state, reason, TimeSpan.Zero, null);
    }

    private async Task<IReadOnlyList<EndedReceipt>> ApplyAsync(NpgsqlConnection connection, List<PendingReceipt> pending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tenants = pending.GroupBy(receipt => receipt.Tenant).OrderBy(group => group.Key)
            .Select(group => (Tenant: group.Key, Receipts: group.OrderBy(receipt => receipt.OccurredAt).ThenBy(receipt => receipt.Id).ToArray())).ToArray();
        var matches = await MatchAsync(connection, tenants, now, cancellationToken);
        var effects = new List<(TenantId Tenant, ReceiptEffects Effects)>(tenants.Length);
        foreach (var (tenant, receipts) in tenants)
        {
            var effect = new ReceiptEffects();
            foreach (var receipt in receipts)
                effect.Add(receipt, matches[receipt.Id]);
            effects.Add((tenant, effect));
        }

        await WriteAsync(connection, effects, cancellationToken);
        return [.. effects.SelectMany(effect => effect.Effects.Ended)];
    }

    /// <summary>Walks from where the last walk ended, once past all tenants if nothing is due.</summary>
    private async Task<(List<PendingReceipt> Pending, DateTimeOffset Now)> ClaimAsync(NpgsqlConnection connection, int max, CancellationToken cancellationToken)
    {
        var from = ReadTurn();
        for (var begun = false; ;)
        {
            if (from == Guid.Empty && begun)
                return ([], default);
            begun |= from == Guid.Empty;
            var (pending, now, next) = await ClaimAsync(connection, max, from, cancellationToken);
            from = next;
            WriteTurn(next);
            if (pending.Count > 0)
                return (pending, now);
        }
    }

    private static async Task<(List<PendingReceipt> Pending, DateTimeOffset Now, Guid Next)> ClaimAsync(
        NpgsqlConnection connection, int max, Guid from, CancellationToken cancellationToken)
    {
        var (pending, now, next) = (new List<PendingReceipt>(), default(DateTimeOffset), Guid.Empty);
        await using var command = new NpgsqlCommand(Claim, connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = max }, new NpgsqlParameter<Guid> { TypedValue = from }, new NpgsqlParameter<int> { TypedValue = MaxTenants } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(3))
            {
                next = reader.GetInt16(14) == 1 ? reader.GetGuid(0) : Guid.Empty;
                continue;
            }

            pending.Add(Read(reader));
            now = reader.GetFieldValue<DateTimeOffset>(15);
        }

        return (pending, now, next);
    }

    private Guid ReadTurn()
    {
        lock (turn)
            return after;
    }

    private void WriteTurn(Guid tenant)
    {
        lock (turn)
            after = tenant;
    }

    private async Task<Dictionary<Guid, ReceiptMatch>> MatchAsync(
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
                new NpgsqlParameter<Guid> { TypedValue = oldest },
                new NpgsqlParameter<string[]> { TypedValue = reportingForSiblings }));
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
        row.GetString(2),
        row.GetGuid(3),
        row.IsDBNull(4) ? null : new DeliveryId(row.GetGuid(4)),
        Text(row, 5),
        (ReceiptKind)row.GetInt16(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetFieldValue<TimeSpan>(8),
        Text(row, 9),
        Text(row, 10),
        Text(row, 11),
        Text(row, 12),
        (ReceiptFlags)row.GetInt16(13),
        row.GetInt16(14))
    {
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(16),
        Live = row.GetBoolean(17),
    };

    private static ReceiptMatch ReadMatch(NpgsqlDataReader row)
    {
        DeliveryId? delivery = row.IsDBNull(1) ? null : new DeliveryId(row.GetGuid(1));
        var standing = delivery is { } id && row.GetBoolean(2)
            ? new DeliveryStanding(
                id, (DeliveryStatus)row.GetInt16(3), row.GetBoolean(4), row.GetInt16(5), Text(row, 6),
                row.IsDBNull(7) ? null : new Failure((FailureKind)row.GetInt16(7), Text(row, 8) ?? "", Text(row, 9) ?? ""))
            : null;
        return new ReceiptMatch(delivery, standing, row.GetBoolean(10), Text(row, 11), row.IsDBNull(12) ? null : (ChannelKind)row.GetInt16(12), Text(row, 13))
        {
            Live = row.IsDBNull(14) ? null : row.GetBoolean(14),
        };
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
