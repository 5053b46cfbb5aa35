using System.Collections.Concurrent;

namespace NotificationService.Host.Auth;

/// <summary>
/// Of whom access tokens have ended, each with the first version that is good. Bounded: when there are more than are kept, it says that it does not know
/// all, and whoever asks has the database asked instead.
/// </summary>
public sealed class EndedSubjects(TimeProvider time)
{
    /// <summary>Kept, of all tenants.</summary>
    public const int Max = 20_000;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock sync = new();
    private readonly ConcurrentDictionary<Guid, int> added = new();
    private Dictionary<Guid, int> read = [];
    private bool isIncomplete;
    private long incompleteSince;
    private long lost;

    /// <summary>Kept at this moment.</summary>
    public int Count => Volatile.Read(ref read).Count + added.Count;

    /// <summary>Whether a token of that version has ended, as far as is known here.</summary>
    public bool Contains(Guid subject, int version) =>
        (Volatile.Read(ref read).TryGetValue(subject, out var first) && version < first) || (added.TryGetValue(subject, out var later) && version < later);

    /// <summary>Whether <see cref="Contains"/> does not say all, and the database has to be asked about a token.</summary>
    /// <param name="askedAt">The timestamp since which it is known of the token that it is good; 0: never asked.</param>
    public bool IsInDoubt(long askedAt) => Volatile.Read(ref isIncomplete) && (askedAt < Volatile.Read(ref incompleteSince) || time.GetElapsedTime(askedAt) > AskAgainAfter);

    /// <summary>After it was written down in the database.</summary>
    public void Add(Guid subject, int firstGood)
    {
        lock (sync)
        {
            if (added.Count < Max)
            {
                added.AddOrUpdate(subject, firstGood, (_, known) => Math.Max(known, firstGood));
                return;
            }

            lost++;
            Doubt();
        }
    }

    /// <summary>What is to be known before the database is read.</summary>
    internal Before Begin()
    {
        lock (sync)
            return new Before([.. added], lost);
    }

    /// <summary>What the database said. More than <see cref="Max"/> are too many.</summary>
    internal void Replace(Dictionary<Guid, int> found, Before before)
    {
        lock (sync)
        {
            if (found.Count > Max)
            {
                found.Clear();
                Doubt();
            }
            else if (lost == before.Lost)
            {
                Volatile.Write(ref isIncomplete, false);
            }

            Volatile.Write(ref read, found);
            // What was added before the reading began stands in the table; what was added meanwhile stays until the next one.
            foreach (var subject in before.Added)
                added.TryRemove(subject);
        }
    }

    /// <summary>Whatever was asked before this moment is asked again.</summary>
    private void Doubt()
    {
        Volatile.Write(ref incompleteSince, time.GetTimestamp());
        Volatile.Write(ref isIncomplete, true);
    }

    /// <summary>What stood here when a reading of the database began.</summary>
    internal sealed record Before(IReadOnlyList<KeyValuePair<Guid, int>> Added, long Lost);
}
