using NotificationService.Tenants;

namespace NotificationService.Users;

/// <summary>What came of a change of a person.</summary>
public abstract record UserSaved
{
    private UserSaved()
    {
    }

    public sealed record Saved(User User) : UserSaved;

    public sealed record Invalid(IReadOnlyList<UserIssue> Issues) : UserSaved;

    public sealed record NotFound : UserSaved;

    /// <summary>Nobody who may look after the tenant would be left.</summary>
    public sealed record LastAdmin : UserSaved;

    /// <summary>Only a platform admin may do that.</summary>
    public sealed record NotAllowed : UserSaved;

    /// <summary>The address or the userId is another person's of the tenant.</summary>
    public sealed record Taken(string Code, string Reason) : UserSaved;

    /// <summary>There are as many people as a tenant may have.</summary>
    public sealed record TooManyPeople(int Max) : UserSaved;

    /// <summary>As many were invited today as may be.</summary>
    public sealed record TooManyInvitations(int Max, TimeSpan Wait) : UserSaved;

    /// <summary>The person is not waiting for an invitation.</summary>
    public sealed record NotInvited : UserSaved;
}
