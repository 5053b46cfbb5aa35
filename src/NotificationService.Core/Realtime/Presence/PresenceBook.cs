using NotificationService.Tenants;

namespace NotificationService.Realtime.Presence;

/// <summary>Who is connected to this process. What changed waits here until it is written: who comes and goes in between costs the database nothing.</summary>
public sealed class PresenceBook(TimeProvider time)
{
    /// <summary>Of one person; those beyond are not counted. A token may name more.</summary>
    public const int MaxRooms = 50;

    private const int LongestUser = 128;
    private const int LongestRoom = 256;

    private readonly Lock sync = new();
    private readonly Dictionary<(TenantId Tenant, string UserId), Person> people = [];
    private readonly HashSet<(TenantId Tenant, string UserId)> changed = [];

    /// <summary>People who are connected, and those whose leaving is not written yet.</summary>
    public int Count
    {
        get
        {
            lock (sync)
                return people.Count;
        }
    }

    /// <summary>To be disposed of when the connection ends. An outside issuer may name people and rooms as no table can: they are not counted, and hold up nobody else.</summary>
    public IDisposable? Enter(Listener listener)
    {
        if (!IsName(listener.UserId, LongestUser))
            return null;
        Change(listener, static (person, listener) => person.Connections.Add(listener));
        return new Connection(this, listener);
    }

    /// <summary>Somebody else has removed what this process wrote: all of it is to be written again.</summary>
    public void WriteAllAgain()
    {
        lock (sync)
            changed.UnionWith(people.Keys);
    }

    /// <summary>What is to be written of each tenant.</summary>
    /// <param name="max">Of one tenant; the rest is taken next time.</param>
    /// <param name="grace">Whoever left less long ago is left: a page that is loaded anew is back by then.</param>
    public IReadOnlyList<IGrouping<TenantId, PresenceChange>> Take(int max, TimeSpan grace)
    {
        var now = time.GetUtcNow();
        lock (sync)
        {
            return [.. changed.Select(key => (Key: key, Person: people[key])).Where(one => one.Person.Connections.Count > 0 || now - one.Person.LeftAt >= grace)
                .Select(one => new PresenceChange(one.Key.Tenant, one.Key.UserId, RoomsOf(one.Person), one.Person.Connections.Count > 0 ? now : one.Person.LeftAt, one.Person.Version))
                .GroupBy(change => change.Tenant).SelectMany(ofTenant => ofTenant.Take(max)).GroupBy(change => change.Tenant)];
        }
    }

    /// <summary>It is written. Who has changed again meanwhile is written again.</summary>
    public void Written(IEnumerable<PresenceChange> changes)
    {
        lock (sync)
        {
            foreach (var change in changes)
            {
                var key = (change.Tenant, change.UserId);
                if (!people.TryGetValue(key, out var person) || person.Version != change.Version)
                    continue;
                changed.Remove(key);
                if (person.Connections.Count == 0)
                    people.Remove(key);
            }
        }
    }

    private void Leave(Listener listener) => Change(listener, (person, left) =>
    {
        person.Connections.Remove(left);
        person.LeftAt = time.GetUtcNow();
    });

    private void Change(Listener listener, Action<Person, Listener> change)
    {
        var key = (listener.Tenant, listener.UserId);
        lock (sync)
        {
            if (!people.TryGetValue(key, out var person))
                people[key] = person = new Person();
            change(person, listener);
            person.Version++;
            changed.Add(key);
        }
    }

    /// <summary>The person's own room first, which says whether it is connected; then those of the most connections.</summary>
    private static Dictionary<string, int> RoomsOf(Person person) => person.Connections
        .SelectMany(listener => listener.Rooms.Where(room => IsName(room, LongestRoom)).Select(room => (Room: room, IsOwn: room == Room.OfUser(listener.UserId))))
        .GroupBy(one => one).OrderByDescending(room => room.Key.IsOwn).ThenByDescending(room => room.Count()).ThenBy(room => room.Key.Room, StringComparer.Ordinal)
        .Take(MaxRooms).ToDictionary(room => room.Key.Room, room => room.Count(), StringComparer.Ordinal);

    private static bool IsName(string name, int longest) => name.Length > 0 && name.Length <= longest && !name.Contains('\0', StringComparison.Ordinal);

    private sealed class Person
    {
        public List<Listener> Connections { get; } = [];

        public DateTimeOffset LeftAt { get; set; }

        public long Version { get; set; }
    }

    private sealed class Connection(PresenceBook book, Listener listener) : IDisposable
    {
        private Listener? listener = listener;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref listener, null) is { } left)
                book.Leave(left);
        }
    }
}

/// <summary>Where somebody is connected at one process, all of it.</summary>
/// <param name="Rooms">With how many connections; none: the person has left.</param>
/// <param name="SeenAt">When it was connected last.</param>
/// <param name="Version">Of what the process knows.</param>
public sealed record PresenceChange(TenantId Tenant, string UserId, IReadOnlyDictionary<string, int> Rooms, DateTimeOffset SeenAt, long Version);
