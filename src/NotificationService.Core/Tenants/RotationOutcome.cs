namespace NotificationService.Tenants;

/// <summary>What became of a refresh token that was presented.</summary>
public abstract record RotationOutcome
{
    private RotationOutcome()
    {
    }

    /// <summary>It was good; the next one stands in its place.</summary>
    public sealed record Rotated(User User, RefreshToken Next) : RotationOutcome;

    /// <summary>It had been used before: somebody else holds a copy, and the sign-in was ended.</summary>
    public sealed record Reused(Guid SignIn) : RotationOutcome;

    /// <summary>Unknown, expired, ended, or its user is disabled.</summary>
    public sealed record Refused : RotationOutcome;
}
