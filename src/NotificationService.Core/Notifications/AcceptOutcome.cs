namespace NotificationService.Notifications;

/// <summary>What became of one notification that was handed to <see cref="NotificationStore"/>.</summary>
public abstract record AcceptOutcome
{
    private AcceptOutcome()
    {
    }

    /// <summary>Its rows stand in the transaction.</summary>
    public sealed record Accepted : AcceptOutcome
    {
        public static Accepted Instance { get; } = new();
    }

    /// <summary>The same request had been accepted under its key. Nothing of it is stored.</summary>
    public sealed record Replayed(StoredResponse Before) : AcceptOutcome;

    /// <summary>Its key identifies another request. Nothing of it is stored.</summary>
    public sealed record Mismatch : AcceptOutcome
    {
        public static Mismatch Instance { get; } = new();
    }

    /// <summary>The database refused it by itself, or nobody knows whether it is stored.</summary>
    public sealed record Refused(Exception Exception) : AcceptOutcome;

    /// <summary>Of one whose key was used before.</summary>
    public static AcceptOutcome OfKey(StoredResponse before, byte[] fingerprint) => before.IsTo(fingerprint) ? new Replayed(before) : Mismatch.Instance;
}

/// <summary>What an idempotency key identifies.</summary>
public sealed record StoredResponse(byte[] Fingerprint, int StatusCode, string Response)
{
    /// <summary>Whether it is the response to the request with this fingerprint, and not to another one under the same key.</summary>
    public bool IsTo(byte[] fingerprint) => RequestFingerprint.AreSame(Fingerprint, fingerprint);
}
