namespace NotificationService.Tenants;

/// <summary>What became of a refresh token that was presented.</summary>
public abstract record RotationOutcome
{
    private RotationOutcome()
    {
    }

    /// <summary>It was good; the next one stands in its place.</summary>
    public sealed record Rotated(User User, RefreshToken Next) : RotationOutcome;

    /// <summary>A cookie that another tab of the same browser has just used: the sign-in goes on, and the next one is the other tab's.</summary>
    public sealed record JustReplaced(User User) : RotationOutcome;

    /// <summary>It had been used before: somebody else holds a copy, and the sign-in was ended.</summary>
    public sealed record Reused(Guid SignIn) : RotationOutcome;

    /// <summary>Unknown, expired, ended, or its user is disabled.</summary>
    public sealed record Refused : RotationOutcome;
}
