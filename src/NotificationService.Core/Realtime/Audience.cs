using System.Text.Json;

namespace NotificationService.Realtime;

/// <summary>Who of those who are connected receives an event: whoever one of the alternatives lets in.</summary>
/// <param name="Alternatives">1 to <see cref="MaxAlternatives"/>.</param>
public sealed record Audience(IReadOnlyList<AudienceAlternative> Alternatives)
{
    public const int MaxAlternatives = 20;

    public bool Matches(Listener listener)
    {
        foreach (var alternative in Alternatives)
        {
            if (alternative.Matches(listener))
                return true;
        }

        return false;
    }

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(Alternatives, AudienceJson.Default.IReadOnlyListAudienceAlternative);

    /// <exception cref="JsonException">It is none.</exception>
    public static Audience Read(byte[] utf8) => new(JsonSerializer.Deserialize(utf8, AudienceJson.Default.IReadOnlyListAudienceAlternative) ?? throw new JsonException("no audience"));
}

/// <summary>Conditions that have to hold all together. One that is null is none.</summary>
/// <param name="Users">The person is one of these.</param>
/// <param name="Roles">The person has one of these roles.</param>
/// <param name="Groups">The person is in all of these groups.</param>
/// <param name="Rooms">The person is in one of these rooms.</param>
/// <param name="Tenant">Everybody of the tenant.</param>
public sealed record AudienceAlternative(IReadOnlyList<string>? Users, IReadOnlyList<string>? Roles, IReadOnlyList<string>? Groups, IReadOnlyList<string>? Rooms, bool Tenant)
{
    /// <summary>Whoever it lets in is in one of these rooms; null: they may be in any.</summary>
    internal IEnumerable<string>? Within() =>
        Users?.Select(Room.OfUser) ?? Rooms ?? Groups?.Take(1).Select(Room.OfGroup) ?? Roles?.Select(Room.OfRole);

    public bool Matches(Listener listener) =>
        (Users is null || Any(Users, Room.OfUser, listener)) && (Roles is null || Any(Roles, Room.OfRole, listener)) && (Rooms is null || Any(Rooms, static room => room, listener))
        && (Groups is null || All(Groups, listener)) && (Tenant || Users is not null || Roles is not null || Rooms is not null || Groups is not null);

    private static bool Any(IReadOnlyList<string> names, Func<string, string> room, Listener listener)
    {
        foreach (var name in names)
        {
            if (listener.Rooms.Contains(room(name)))
                return true;
        }

        return false;
    }

    private static bool All(IReadOnlyList<string> groups, Listener listener)
    {
        foreach (var group in groups)
        {
            if (!listener.Rooms.Contains(Room.OfGroup(group)))
                return false;
        }

        return true;
    }
}

/// <summary>The names of rooms that follow from who a person is.</summary>
public static class Room
{
    private const string Free = "free";

    /// <summary>What a room follows from, or that it is one that tokens name.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["user", "group", "role", "tenant", Free];

    public static string OfUser(string userId) => $"user:{userId}";

    public static string OfGroup(string group) => $"group:{group}";

    public static string OfRole(string role) => $"role:{role}";

    public static string OfTenant(Tenants.TenantId tenant) => $"tenant:{tenant}";

    /// <summary>None that follows from who somebody is, but one that a token names.</summary>
    public static bool IsFree(string room) => KindOf(room) == Free;

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public static string KindOf(string room)
    {
        foreach (var kind in Kinds)
        {
            if (room.Length > kind.Length && room[kind.Length] == ':' && kind != Free && room.StartsWith(kind, StringComparison.Ordinal))
                return kind;
        }

        return Free;
    }
}
