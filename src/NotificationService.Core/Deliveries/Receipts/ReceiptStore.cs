using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Applies pending receipts, many in one transaction.</summary>
/// <remarks>
/// 1 lock what is due, of each tenant its share → 2 under the scope of those tenants: find and lock the deliveries → 3 work out what it means, in memory →
/// 4 write it all → 5 commit. Dies anywhere before 5: nothing happened, the locks go with the connection.
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

    private static readonly Statement PutOff = Statement.Load("receipts_put_off");
    private static readonly Statement Claim = Statement.Load("receipts_claim");
    private static readonly Statement Match = Statement.Load("receipts_match");

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
        await using var command = PutOff.With(Parameter.Of("place", receipt.Place), Parameter.Of("reason", reason)).On(connection);
        var state = (short?)await command.ExecuteScalarAsync(cancellationToken) ?? throw new InvalidOperationException("a locked row is gone");
        return new EndedReceipt(receipt, (ReceiptState)state, reason, TimeSpan.Zero, null);
    }

    private async Task<IReadOnlyList<EndedReceipt>> ApplyAsync(NpgsqlConnection connection, List<PendingReceipt> pending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (tenants, receipts) = (TenantSet.Of(pending.Select(receipt => receipt.Tenant)), pending.OrderBy(receipt => receipt.OccurredAt).ThenBy(receipt => receipt.Id).ToArray());
        var matches = await MatchAsync(connection, tenants, receipts, now, cancellationToken);
        var effects = new ReceiptEffects();
        for (var i = 0; i < receipts.Length; i++)
            effects.Add(receipts[i], matches[i]);
        await WriteAsync(connection, tenants, effects, cancellationToken);
        return effects.Ended;
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
        await using var command = Claim.With(Parameter.Of("max", max), Parameter.Of("after", from), Parameter.Of("max_tenants", MaxTenants)).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(Claimed.Id))
            {
                next = reader.GetInt16(Claimed.Tries) == 1 ? reader.GetGuid(Claimed.TenantId) : Guid.Empty;
                continue;
            }

            pending.Add(Read(reader));
            now = reader.GetTime(Claimed.Now);
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

    private async Task<ReceiptMatch[]> MatchAsync(NpgsqlConnection connection, TenantSet tenants, PendingReceipt[] receipts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        batch.Add(
            tenants,
            Match.With(
                Of("tenants", receipt => receipt.Tenant.Value),
                Of("providers", receipt => receipt.Provider),
                Of("deliveries", receipt => receipt.Delivery?.Value),
                Of("message_ids", receipt => receipt.ProviderMessageId),
                Of("wants_address", receipt => receipt is { ConcernsAddress: true, Address: null }),
                Parameter.Of("oldest", Oldest(now)),
                Parameter.Of("sibling_types", reportingForSiblings)));
        var matches = new ReceiptMatch[receipts.Length];
        await batch.RunAsync((row, _) => matches[row.GetInt32(Matched.Place) - 1] = ReadMatch(row), cancellationToken);
        return matches;

        Parameter Of<T>(string name, Converter<PendingReceipt, T> column) => Parameter.Of(name, Array.ConvertAll(receipts, column));
    }

    private async Task WriteAsync(NpgsqlConnection connection, TenantSet tenants, ReceiptEffects effects, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenants, ReceiptEffectColumns.Apply(effects));
        if (effects.Addresses.Count > 0)
            batch.Add(tenants, new SuppressionColumns(effects.Addresses, ids).Keep());
        await batch.RunAsync(read: null, cancellationToken);
    }

    private static PendingReceipt Read(NpgsqlDataReader row) => new(
        new TenantId(row.GetGuid(Claimed.TenantId)),
        row.GetGuid(Claimed.ProviderId),
        row.GetString(Claimed.Place),
        row.GetGuid(Claimed.Id),
        row.IsDBNull(Claimed.DeliveryId) ? null : new DeliveryId(row.GetGuid(Claimed.DeliveryId)),
        row.GetStringOrNull(Claimed.ProviderMessageId),
        (ReceiptKind)row.GetInt16(Claimed.Kind),
        row.GetTime(Claimed.OccurredAt),
        row.GetFieldValue<TimeSpan>(Claimed.Waited),
        row.GetStringOrNull(Claimed.Code),
        row.GetStringOrNull(Claimed.Message),
        row.GetStringOrNull(Claimed.Address),
        row.GetStringOrNull(Claimed.Url),
        (ReceiptFlags)row.GetInt16(Claimed.Flags),
        row.GetInt16(Claimed.Tries))
    {
        ReceivedAt = row.GetTime(Claimed.ReceivedAt),
        Live = row.GetBoolean(Claimed.Live),
        Scope = row.GetStringOrNull(Claimed.Scope) ?? SuppressionScopes.All,
    };

    private static ReceiptMatch ReadMatch(NpgsqlDataReader row)
    {
        DeliveryId? delivery = row.IsDBNull(Matched.Id) ? null : new DeliveryId(row.GetGuid(Matched.Id));
        var standing = delivery is { } id && row.GetBoolean(Matched.IsHeld)
            ? new DeliveryStanding(
                id, (DeliveryStatus)row.GetInt16(Matched.Status), row.GetBoolean(Matched.Ambiguous), row.GetInt16(Matched.TimelineSeq), row.GetStringOrNull(Matched.ProviderMessageId),
                row.IsDBNull(Matched.FailureKind) ? null : new Failure((FailureKind)row.GetInt16(Matched.FailureKind), row.GetStringOrNull(Matched.FailureCode) ?? "", row.GetStringOrNull(Matched.FailureMessage) ?? ""))
            : null;
        return new ReceiptMatch(delivery, standing, row.GetBoolean(Matched.IsTheirs), row.GetStringOrNull(Matched.Address), row.IsDBNull(Matched.Channel) ? null : (ChannelKind)row.GetInt16(Matched.Channel), row.GetStringOrNull(Matched.Provider))
        {
            Live = row.GetOrNull<bool>(Matched.Live),
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

    private static class Claimed
    {
        public static readonly Column
            TenantId = Claim.Column("tenant_id"), ProviderId = Claim.Column("provider_id"), Place = Claim.Column("place"), Id = Claim.Column("id"),
            DeliveryId = Claim.Column("delivery_id"), ProviderMessageId = Claim.Column("provider_message_id"), Kind = Claim.Column("kind"),
            OccurredAt = Claim.Column("occurred_at"), Waited = Claim.Column("waited"), Code = Claim.Column("code"), Message = Claim.Column("message"),
            Address = Claim.Column("address"), Url = Claim.Column("url"), Flags = Claim.Column("flags"), Tries = Claim.Column("tries"),
            Now = Claim.Column("now"), ReceivedAt = Claim.Column("received_at"), Live = Claim.Column("live"), Scope = Claim.Column("scope");
    }

    private static class Matched
    {
        public static readonly Column
            Place = Match.Column("place"), Id = Match.Column("id"), IsHeld = Match.Column("is_held"), Status = Match.Column("status"),
            Ambiguous = Match.Column("ambiguous"), TimelineSeq = Match.Column("timeline_seq"), ProviderMessageId = Match.Column("provider_message_id"),
            FailureKind = Match.Column("failure_kind"), FailureCode = Match.Column("failure_code"), FailureMessage = Match.Column("failure_message"),
            IsTheirs = Match.Column("is_theirs"), Address = Match.Column("address"), Channel = Match.Column("channel"), Provider = Match.Column("provider"),
            Live = Match.Column("live");
    }
}
