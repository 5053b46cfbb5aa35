namespace NotificationService.Notifications;

/// <summary>What came of handing in a notification.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>It is committed. The response is JSON in UTF-8; to one of many it is no more than the id.</summary>
    public sealed record Accepted(NotificationId Id, byte[] Response) : IntakeOutcome;

    /// <summary>The same request was answered before under this key.</summary>
    public sealed record Replayed(StoredResponse Before) : IntakeOutcome;

    /// <summary>The key was used before for another request.</summary>
    public sealed record KeyMismatch : IntakeOutcome;

    /// <summary>Nothing is stored: these fields are wrong.</summary>
    public sealed record Invalid(IReadOnlyList<RequestIssue> Issues) : IntakeOutcome;

    /// <summary>Nothing is stored: more callers wait than the database keeps up with.</summary>
    public sealed record Busy : IntakeOutcome;

    /// <summary>Nothing is stored: the user service is down for the caller, of whom many came together. Passes, as an outage of the database does.</summary>
    public sealed record Unavailable : IntakeOutcome;
}
