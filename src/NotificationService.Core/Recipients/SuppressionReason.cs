using NotificationService.Storage;

namespace NotificationService.Recipients;

/// <summary>Why an address must not be written to. Stored as a smallint: never renumber.</summary>
[SqlName("suppression")]
public enum SuppressionReason : short
{
    /// <summary>The recipient's side says that there is no such address.</summary>
    Bounce = 1,

    /// <summary>The recipient called a message unwanted.</summary>
    Complaint = 2,

    /// <summary>The recipient asked to be left alone: STOP, an unsubscribe link.</summary>
    Unsubscribe = 3,

    /// <summary>The device token belongs to an app that was removed.</summary>
    DeadToken = 4,

    /// <summary>Somebody of the tenant put it on the list.</summary>
    Manual = 5,
}

public static class SuppressionReasons
{
    public const string Names = "bounce, complaint, unsubscribe, dead_token, manual";

    public static string ToName(this SuppressionReason reason) => reason switch
    {
        SuppressionReason.Bounce => "bounce",
        SuppressionReason.Complaint => "complaint",
        SuppressionReason.Unsubscribe => "unsubscribe",
        SuppressionReason.DeadToken => "dead_token",
        SuppressionReason.Manual => "manual",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no such reason"),
    };
}
