namespace NotificationService.Notifications;

/// <summary>What became of one accepted notification.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome()
    {
    }

    /// <summary>Its rows are committed.</summary>
    public sealed record Stored : WriteOutcome
    {
        public static readonly Stored Instance = new();
    }

    /// <summary>Its idempotency key was used before; nothing of it is stored.</summary>
    public sealed record KeyTaken(StoredResponse Before) : WriteOutcome;

    /// <summary>The database refused this one, or it is unknown whether it is stored.</summary>
    public sealed record Broken(Exception Exception) : WriteOutcome;
}

/// <summary>What an idempotency key identifies.</summary>
public sealed record StoredResponse(byte[] Fingerprint, int StatusCode, string Response);
