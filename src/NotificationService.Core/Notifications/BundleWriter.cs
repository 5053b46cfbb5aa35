using System.Text.Json;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>One of many that are stored together.</summary>
/// <param name="Index">Its place among them, from 0.</param>
/// <param name="Idempotency">Null where the caller gave no key of its own.</param>
public sealed record BundleItem(int Index, PreparedNotification Prepared, IdempotencyEntry? Idempotency)
{
    /// <summary>The trace that it belongs to, where it has one of its own.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>What became of an item that had its own key.</summary>
/// <param name="Id">The notification that the key identifies; null when it identifies another request.</param>
public sealed record TakenKey(int Index, Guid? Id);

/// <summary>
/// Stores many notifications of one tenant in the caller's transaction, so that what belongs to them is committed with
/// them or not at all. Whoever commits says so afterwards by <see cref="Announce"/>.
/// </summary>
public sealed class BundleWriter(NotificationMetrics metrics, WakeUp wakeUp)
{
    /// <summary>Of one statement.</summary>
    private const int MaxTogether = 1_000;

    /// <summary>Of one statement, about. Content that stands once for all items of a batch is written out for each: a thousand of a megabyte would be a gigabyte here and at the database.</summary>
    private const int MaxBytesTogether = 8 * 1024 * 1024;

    private static readonly string Accept = SqlText.Statement("notifications_accept");
    private static readonly string FindKeys = SqlText.Statement("idempotency_find");

    /// <summary>Answers the items that were not stored, because their keys had been used.</summary>
    /// <exception cref="PostgresException">Nothing may be committed; a deadlock can be tried again as a whole.</exception>
    public static async Task<IReadOnlyList<TakenKey>> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Caller caller, Guid? batch, IReadOnlyList<BundleItem> items, string? traceParent, CancellationToken cancellationToken)
    {
        // Keys in ascending order over all statements, so that two bundles never wait for each other in a circle. One key twice: the first has it.
        var withKeys = items.Where(item => item.Idempotency is not null).OrderBy(item => Convert.ToHexString(item.Idempotency!.KeyHash), StringComparer.Ordinal).ThenBy(item => item.Index).ToList();
        var firsts = withKeys.DistinctBy(item => Convert.ToHexString(item.Idempotency!.KeyHash));
        var stored = new HashSet<Guid>(items.Count);
        foreach (var some in Statements(items.Where(item => item.Idempotency is null).Concat(firsts)))
        {
            var columns = new AcceptColumns(Array.ConvertAll(some, item => AcceptedNotification.Of(caller, item.Prepared, item.Idempotency, item.TraceParent ?? traceParent)));
            await using var command = new NpgsqlCommand(Accept, connection, transaction);
            command.Parameters.AddRange(columns.Parameters(caller.Tenant.Value, batch));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                stored.Add(reader.GetGuid(0));
        }

        return stored.Count == items.Count
            ? []
            : await TakenAsync(connection, transaction, caller.Tenant, withKeys.FindAll(item => !stored.Contains(item.Prepared.Id.Value)), cancellationToken);
    }

    /// <summary>In their order, as many in one as it may have; at least one.</summary>
    private static IEnumerable<BundleItem[]> Statements(IEnumerable<BundleItem> items)
    {
        var together = new List<BundleItem>(MaxTogether);
        var bytes = 0L;
        foreach (var item in items)
        {
            var size = item.Prepared.Request.Size;
            if (together.Count == MaxTogether || (together.Count > 0 && bytes + size > MaxBytesTogether))
            {
                yield return [.. together];
                together.Clear();
                bytes = 0;
            }

            together.Add(item);
            bytes += size;
        }

        if (together.Count > 0)
            yield return [.. together];
    }

    /// <summary>After the commit: counts what is new and wakes the workers.</summary>
    public void Announce(IEnumerable<PreparedNotification> stored)
    {
        foreach (var prepared in stored)
            metrics.Accepted(prepared.Deliveries);
        wakeUp.Signal();
    }

    private static async Task<IReadOnlyList<TakenKey>> TakenAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, List<BundleItem> items, CancellationToken cancellationToken)
    {
        var before = new Dictionary<string, (byte[] Fingerprint, string Response)>();
        await using (var command = new NpgsqlCommand(FindKeys, connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenant.Value });
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. items.Select(item => item.Idempotency!.KeyHash)] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                before[Convert.ToHexString(reader.GetFieldValue<byte[]>(1))] = (reader.GetFieldValue<byte[]>(2), reader.GetString(4));
        }

        return [.. items.Select(item => new TakenKey(
            item.Index,
            before.TryGetValue(Convert.ToHexString(item.Idempotency!.KeyHash), out var found) && found.Fingerprint.AsSpan().SequenceEqual(item.Idempotency.Fingerprint) ? IdIn(found.Response) : null))];
    }

    private static Guid? IdIn(string response)
    {
        using var json = JsonDocument.Parse(response);
        return json.RootElement.TryGetProperty("id", out var id) && id.TryGetGuid(out var value) ? value : null;
    }
}
