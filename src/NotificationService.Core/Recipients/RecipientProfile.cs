namespace NotificationService.Recipients;

/// <summary>What is known of a person. Comes from outside and has not been checked.</summary>
public sealed record RecipientProfile(
    string? Name, string? Email, string? Phone, string? Whatsapp, IReadOnlyList<string>? DeviceTokens, string? Locale, string? Timezone)
{
    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a recipient's profile";
}

/// <summary>What came of looking somebody up.</summary>
public abstract record ProfileAnswer
{
    private ProfileAnswer()
    {
    }

    public sealed record Known(RecipientProfile Profile) : ProfileAnswer;

    /// <summary>Nobody knows this person, or nobody is to be asked.</summary>
    public sealed record Unknown : ProfileAnswer
    {
        public static readonly Unknown Instance = new();
    }

    /// <summary>Whoever knows could not be asked.</summary>
    /// <param name="IsDown">For anybody; false when it failed for this person.</param>
    public sealed record Unavailable(bool IsDown) : ProfileAnswer
    {
        public static readonly Unavailable Down = new(true);
        public static readonly Unavailable Failed = new(false);
    }
}
