namespace NotificationService.Realtime.Presence;

/// <summary>Whether somebody is connected, to whichever process.</summary>
/// <param name="LastSeenAt">Now, for whoever is connected; null for whoever was not in the last 30 days.</param>
public sealed record PersonPresence(string UserId, int Connections, DateTimeOffset? LastSeenAt)
{
    public bool IsOnline => Connections > 0;
}

/// <summary>Who is connected in a room.</summary>
/// <param name="People">The first of them by their ids.</param>
/// <param name="Online">How many there are.</param>
public sealed record RoomPresence(IReadOnlyList<PersonPresence> People, long Online);
