using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>The policies that route groups name. A caller passes by one of the scopes or by one of the roles.</summary>
public static class Policies
{
    public const string SendNotifications = nameof(SendNotifications);
    public const string ReadNotifications = nameof(ReadNotifications);
    public const string WriteRecipients = nameof(WriteRecipients);
    public const string PublishEvents = nameof(PublishEvents);

    /// <summary>Who publishes to people may know whether they are there.</summary>
    public const string SeePresence = nameof(SeePresence);
    public const string Admin = nameof(Admin);
    public const string Operator = nameof(Operator);
    public const string Viewer = nameof(Viewer);

    /// <summary>What people do about their own account.</summary>
    public const string SignedInUser = nameof(SignedInUser);

    /// <summary>A person's own inbox and stream, with or without a log-in.</summary>
    public const string Inbox = nameof(Inbox);

    public const string VouchForPeople = nameof(VouchForPeople);
    public const string PlatformAdmin = nameof(PlatformAdmin);

    private static readonly string[] Admins = [UserRoles.Admin, UserRoles.PlatformAdmin];
    private static readonly string[] Operators = [UserRoles.Operator, .. Admins];
    private static readonly string[] Viewers = [UserRoles.Viewer, .. Operators];

    /// <summary>Every policy by name, with what passes it.</summary>
    public static IReadOnlyDictionary<string, CallerRequirement> All { get; } = new Dictionary<string, CallerRequirement>
    {
        [SendNotifications] = new([Scopes.Send, Scopes.Admin], Operators),
        [ReadNotifications] = new([Scopes.Read, Scopes.Admin], Viewers),
        [WriteRecipients] = new([Scopes.WriteRecipients, Scopes.Admin], Operators),
        [PublishEvents] = new([Scopes.PublishEvents, Scopes.Admin], Operators),
        [SeePresence] = new([Scopes.PublishEvents, Scopes.Read, Scopes.Admin], Viewers),
        [Admin] = new([Scopes.Admin], Admins),
        [Operator] = new([Scopes.Admin], Operators),
        [Viewer] = new([Scopes.Read, Scopes.Admin], Viewers),
        [SignedInUser] = new([], [.. UserRoles.All]) { IsOfOwnAccount = true },
        [Inbox] = new([], []) { IsOfOwnThings = true },
        // A person who could make tokens for others could read what is theirs.
        [VouchForPeople] = new([Scopes.WriteRecipients, Scopes.Admin], []),
        [PlatformAdmin] = new([], [UserRoles.PlatformAdmin]),
    };
}
