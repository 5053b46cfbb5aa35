using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>
/// Where all ways in meet: stores notifications that were checked and planned, one or many, of one tenant or of several, with their idempotency keys. A
/// single send, an item of a batch, a row of a file and an event differ in what is done before.
/// </summary>
/// <remarks>
/// 1 one statement for all of them, tenants and keys ascending, or as many in turn as their size asks for (<see cref="AcceptPlan"/>) → 2 whoever is missing
/// in the result found its key taken: look up by whom, and compare what was asked then with what is asked now. Dies before the commit: nothing exists.
/// After it: the same key gives the same response.
/// </remarks>
public sealed class NotificationStore(Database database, IdempotencyKeys keys, NotificationMetrics metrics, WakeUp wakeUp, ILogger<NotificationStore> logger)
{
    private const int MaxTries = 4;

    /// <summary>
    /// In the caller's transaction, so that what belongs to them is committed with them or not at all. Leaves the scope open: of one tenant, if there is but one. Whoever
    /// commits says so afterwards by <see cref="Announce"/>.
    /// </summary>
    /// <param name="connection">With its transaction begun.</param>
    /// <param name="notifications">In any order.</param>
    /// <param name="batch">The batch that all of them belong to; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of each, in the order in which they were given.</returns>
    /// <exception cref="PostgresException">Nothing may be committed; a deadlock can be tried again as a whole.</exception>
    public static async Task<IReadOnlyList<AcceptOutcome>> AcceptAsync(
        NpgsqlConnection connection, IReadOnlyList<AcceptedNotification> notifications, Guid? batch, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>(notifications.Count);
        foreach (var together in AcceptPlan.Statements(notifications))
            await RunAsync(connection, together, batch, stored, cancellationToken);
        if (stored.Count == notifications.Count)
            return AllAccepted(stored.Count);
        var found = await IdempotencyKeys.FindAsync(connection, KeysOf(notifications, stored), cancellationToken);
        var free = Free(notifications, stored, found);
        return Outcomes(notifications, stored, found, free, free.Count == 0 ? [] : await AcceptAsync(connection, free, batch, cancellationToken));
    }

    /// <summary>In a transaction of their own: one round trip, the commit included, where they are not too many for one. All of them or none.</summary>
    /// <param name="notifications">In any order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of each, in the order in which they were given.</returns>
    /// <exception cref="PostgresException">Refused; nothing is stored.</exception>
    /// <exception cref="NpgsqlException">Nobody knows whether they are stored; to repeat it with the same keys is safe.</exception>
    public async Task<IReadOnlyList<AcceptOutcome>> CommitAsync(IReadOnlyList<AcceptedNotification> notifications, CancellationToken cancellationToken)
    {
        var stored = await InsertAsync(notifications, cancellationToken);
        if (stored.Count == notifications.Count)
            return AllAccepted(stored.Count);
        try
        {
            var found = await keys.FindAsync(KeysOf(notifications, stored), cancellationToken);
            var free = Free(notifications, stored, found);
            return Outcomes(notifications, stored, found, free, free.Count == 0 ? [] : await CommitAsync(free, cancellationToken));
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // What is stored is stored, whatever becomes of the others.
            return [.. notifications.Select(AcceptOutcome (one) => stored.Contains(one.Id.Value) ? AcceptOutcome.Accepted.Instance : new AcceptOutcome.Refused(exception))];
        }
    }

    /// <summary>After the commit: counts what is new, and wakes the workers if something is due.</summary>
    public void Announce(IReadOnlyList<AcceptedNotification> notifications, IReadOnlyList<AcceptOutcome> outcomes)
    {
        var isDue = false;
        for (var i = 0; i < notifications.Count; i++)
        {
            if (outcomes[i] is not AcceptOutcome.Accepted)
                continue;
            metrics.Accepted(notifications[i].Deliveries);
            isDue |= notifications[i].Request.SendAt is null;
        }

        if (isDue)
            wakeUp.Signal();
    }

    private async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<AcceptedNotification> notifications, CancellationToken cancellationToken)
    {
        AcceptedNotification[][] statements = [.. AcceptPlan.Statements(notifications)];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return statements.Length == 1
                    ? await InsertAtOnceAsync(statements[0], cancellationToken)
                    : await InsertAsync(statements, cancellationToken);
            }
            catch (Exception exception) when (attempt < MaxTries && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // Nothing of it is stored.
                Log.CommitRunsAgain(logger, Outage.Reason(exception));
            }
        }
    }

    private async Task<HashSet<Guid>> InsertAtOnceAsync(AcceptedNotification[] notifications, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>();
        await using var transaction = await TenantBatch.OpenAsync(database.App, cancellationToken);
        Add(transaction, notifications, batch: null);
        await transaction.CommitAsync(row => stored.Add(AcceptColumns.Stored(row)), cancellationToken);
        return stored;
    }

    private async Task<HashSet<Guid>> InsertAsync(AcceptedNotification[][] statements, CancellationToken cancellationToken)
    {
        var stored = new HashSet<Guid>();
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var together in statements)
            await RunAsync(connection, together, batch: null, stored, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    private static async Task RunAsync(NpgsqlConnection connection, AcceptedNotification[] notifications, Guid? batch, HashSet<Guid> stored, CancellationToken cancellationToken)
    {
        await using var transaction = TenantBatch.Within(connection);
        Add(transaction, notifications, batch);
        await transaction.RunAsync((row, _) => stored.Add(AcceptColumns.Stored(row)), cancellationToken);
    }

    private static void Add(TenantBatch transaction, AcceptedNotification[] notifications, Guid? batch) =>
        transaction.Add(TenantSet.Of(notifications.Select(notification => notification.Tenant)), new AcceptColumns(notifications).Accept(batch));

    private static IEnumerable<(TenantId Tenant, byte[] KeyHash)> KeysOf(IReadOnlyList<AcceptedNotification> notifications, HashSet<Guid> stored) =>
        notifications.Where(one => !stored.Contains(one.Id.Value)).Select(one => (one.Tenant, EntryOf(one).KeyHash));

    /// <summary>Those whose keys' time ended between the two statements: they are free now.</summary>
    private static List<AcceptedNotification> Free(
        IReadOnlyList<AcceptedNotification> notifications, HashSet<Guid> stored, IReadOnlyDictionary<(TenantId, string), StoredResponse> found) =>
        [.. notifications.Where(one => !stored.Contains(one.Id.Value) && !found.ContainsKey(NameOf(one)))];

    private static AcceptOutcome[] Outcomes(
        IReadOnlyList<AcceptedNotification> notifications, HashSet<Guid> stored, IReadOnlyDictionary<(TenantId, string), StoredResponse> found,
        List<AcceptedNotification> free, IReadOnlyList<AcceptOutcome> ofFree)
    {
        var (outcomes, nextFree) = (new AcceptOutcome[notifications.Count], 0);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var notification = notifications[i];
            if (stored.Contains(notification.Id.Value))
                outcomes[i] = AcceptOutcome.Accepted.Instance;
            else if (nextFree < free.Count && ReferenceEquals(free[nextFree], notification))
                outcomes[i] = ofFree[nextFree++];
            else
                outcomes[i] = AcceptOutcome.OfKey(found[NameOf(notification)], EntryOf(notification).Fingerprint);
        }

        return outcomes;
    }

    private static AcceptOutcome[] AllAccepted(int count)
    {
        var outcomes = new AcceptOutcome[count];
        Array.Fill(outcomes, AcceptOutcome.Accepted.Instance);
        return outcomes;
    }

    private static (TenantId, string) NameOf(AcceptedNotification notification) => (notification.Tenant, Convert.ToHexString(EntryOf(notification).KeyHash));

    private static IdempotencyEntry EntryOf(AcceptedNotification notification) =>
        notification.Idempotency ?? throw new InvalidOperationException("what has no key is always stored");
}
