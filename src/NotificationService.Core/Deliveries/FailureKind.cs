using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>Why a delivery failed. Stored as a smallint: never renumber.</summary>
[SqlName("failure")]
public enum FailureKind : short
{
    /// <summary>The provider refused it for good.</summary>
    Permanent = 1,

    /// <summary>Every retry was used up.</summary>
    Exhausted = 2,

    /// <summary>Nobody can know whether it went out, and policy says not to send it again.</summary>
    Unknown = 3,

    /// <summary>The recipient has no address on this channel.</summary>
    NoAddress = 4,

    /// <summary>The template could not be rendered with this data.</summary>
    TemplateError = 5,

    /// <summary>No usable provider: none configured, or its credentials do not work.</summary>
    Credentials = 6,
}

public static class FailureKinds
{
    public static string ToName(this FailureKind kind) => kind switch
    {
        FailureKind.Permanent => "permanent",
        FailureKind.Exhausted => "exhausted",
        FailureKind.Unknown => "unknown",
        FailureKind.NoAddress => "no_address",
        FailureKind.TemplateError => "template_error",
        FailureKind.Credentials => "credentials",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such failure kind"),
    };
}
