using NotificationService.Settings;

namespace NotificationService.Users;

/// <summary><c>Notification:Users:*</c>: how many people a tenant may have, and how many it may write to by inviting them.</summary>
public sealed class UserOptions
{
    public const string Section = "Notification:Users";

    /// <summary>People of one tenant, whatever their status.</summary>
    [Bounds(1, 10_000_000)]
    public int MaxOfTenant { get; init; } = 100_000;

    /// <summary>Invitations that one tenant sends on a day, in UTC, those that are sent again included.</summary>
    [Bounds(1, 1_000_000)]
    public int InvitationsPerDay { get; init; } = 2_000;
}
