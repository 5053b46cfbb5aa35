using NotificationService.Tenants;

namespace NotificationService.Realtime;

/// <summary>A person who is connected.</summary>
/// <param name="Tenant">Whose person it is.</param>
/// <param name="UserId">As the tenant names the person.</param>
/// <param name="Rooms">All rooms that the person is in: those of itself, its tenant, roles and groups, and those that its token allows.</param>
public sealed record Listener(TenantId Tenant, string UserId, IReadOnlySet<string> Rooms)
{
    /// <exception cref="ArgumentException">The caller is no person.</exception>
    public static Listener Of(Caller caller) => caller.UserId is { } userId
        ? new Listener(
            caller.Tenant, userId,
            caller.Rooms.Concat(caller.Groups.Select(Room.OfGroup)).Concat(caller.Roles.Select(Room.OfRole)).Append(Room.OfUser(userId)).Append(Room.OfTenant(caller.Tenant)).ToHashSet(StringComparer.Ordinal))
        : throw new ArgumentException("no person", nameof(caller));

    public override string ToString() => $"a person of {Tenant}";
}
