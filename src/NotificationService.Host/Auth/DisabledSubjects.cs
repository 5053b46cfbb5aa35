using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Host.Auth;

/// <summary>
/// The users and service accounts that were disabled while a token of theirs may still be about. Read every few
/// seconds, so that every node refuses them well within 30 s; the node that disables one refuses it at once.
/// When there are more of them than are kept, the database is asked about each token instead, every few seconds.
/// </summary>
public sealed class DisabledSubjects(Database database, TimeProvider time)
{
    /// <summary>Subjects that are kept, of all tenants.</summary>
    public const int Max = 20_000;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly TenantStore store = new(database);
    private readonly Lock sync = new();
    private readonly ConcurrentDictionary<Guid, byte> added = new();
    private FrozenSet<Guid> read = FrozenSet<Guid>.Empty;
    private bool isIncomplete;
    private long incompleteSince;
    private long lost;

    /// <summary>Kept at this moment.</summary>
    public int Count => Volatile.Read(ref read).Count + added.Count;

    public bool Contains(Guid subject) => Volatile.Read(ref read).Contains(subject) || added.ContainsKey(subject);

    /// <summary>Whether <see cref="Contains"/> does not say all, and the database has to be asked about a token.</summary>
    /// <param name="askedAt">The timestamp since which it is known of the token that it is good; 0: never asked.</param>
    public bool IsInDoubt(long askedAt) => Volatile.Read(ref isIncomplete) && (askedAt < Volatile.Read(ref incompleteSince) || time.GetElapsedTime(askedAt) > AskAgainAfter);

    /// <summary>After it was disabled in the database.</summary>
    public void Add(Guid subject)
    {
        lock (sync)
        {
            if (added.Count < Max)
            {
                added.TryAdd(subject, 0);
                return;
            }

            lost++;
            Doubt();
        }
    }

    public Task<bool> AskAsync(Caller caller, CancellationToken cancellationToken) => store.RunAsync(
        caller.Tenant,
        (db, cancellation) => caller.Kind == CallerKind.ServiceAccount
            ? db.Set<ServiceAccount>().AnyAsync(account => account.Id == caller.Id && account.DisabledAt != null, cancellation)
            : db.Set<User>().AnyAsync(user => user.Id == caller.Id && user.DisabledAt != null, cancellation),
        cancellationToken);

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Guid[] before;
        long lostBefore;
        lock (sync)
            (before, lostBefore) = ([.. added.Keys], lost);
        var found = new List<Guid>();
        await using var command = database.App.CreateCommand("select notification_meta.refused_subjects($1) limit $2");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = AccessTokenLifetimes.Longest + TimeSpan.FromMinutes(5) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Max + 1 });
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                found.Add(reader.GetGuid(0));
        }

        lock (sync)
        {
            if (found.Count > Max)
            {
                found.Clear();
                Doubt();
            }
            else if (lost == lostBefore)
            {
                Volatile.Write(ref isIncomplete, false);
            }

            Volatile.Write(ref read, found.ToFrozenSet());
            // What was added before the reading began stands in the table; what was added meanwhile stays until the next one.
            foreach (var subject in before)
                added.TryRemove(subject, out _);
        }
    }

    /// <summary>Whatever was asked before this moment is asked again.</summary>
    private void Doubt()
    {
        Volatile.Write(ref incompleteSince, time.GetTimestamp());
        Volatile.Write(ref isIncomplete, true);
    }
}
