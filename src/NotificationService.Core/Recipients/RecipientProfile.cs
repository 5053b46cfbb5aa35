namespace NotificationService.Recipients;

/// <summary>What is known of a person. Comes from outside and has not been checked.</summary>
public sealed record RecipientProfile(
    string? Name, string? Email, string? Phone, string? Whatsapp, IReadOnlyList<string>? DeviceTokens, string? Locale, string? Timezone)
{
    /// <summary>About as much memory as it takes.</summary>
    internal int Bytes => 160 + (2 * (Length(Name) + Length(Email) + Length(Phone) + Length(Whatsapp) + Length(Locale) + Length(Timezone))) + (DeviceTokens?.Sum(token => 40 + (2 * token.Length)) ?? 0);

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a recipient's profile";

    private static int Length(string? text) => text is null ? 0 : text.Length + 12;
}

/// <summary>What came of looking somebody up.</summary>
public abstract record ProfileResponse
{
    private ProfileResponse()
    {
    }

    public sealed record Known(RecipientProfile Profile) : ProfileResponse;

    /// <summary>Nobody knows this person, or nobody is to be asked.</summary>
    public sealed record Unknown : ProfileResponse
    {
        public static readonly Unknown Instance = new();
    }

    /// <summary>Whoever knows could not be asked.</summary>
    /// <param name="IsDown">It passes, and everything that needs it waits; false when it failed for this person.</param>
    /// <param name="IsOfPerson">It says nothing about others.</param>
    public sealed record Unavailable(bool IsDown, bool IsOfPerson = false) : ProfileResponse
    {
        /// <summary>Nobody can be asked about.</summary>
        public static readonly Unavailable Down = new(true);

        /// <summary>It did not answer in time, or broke off: most likely it is down, but it may be this person at whom it does.</summary>
        public static readonly Unavailable Silent = new(true, true);

        /// <summary>It failed at this person; when it fails at many, it is down.</summary>
        public static readonly Unavailable Failed = new(false);

        /// <summary>It will not hear of this person. It works.</summary>
        public static readonly Unavailable Refused = new(false, true);
    }
}
