namespace NotificationService.Recipients;

/// <summary>What came of looking somebody up.</summary>
public abstract record ProfileResponse
{
    private ProfileResponse()
    {
    }

    /// <param name="Profile">What is known of the person, but for the id. Comes from outside and has not been checked.</param>
    public sealed record Known(StoredRecipient Profile) : ProfileResponse;

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
