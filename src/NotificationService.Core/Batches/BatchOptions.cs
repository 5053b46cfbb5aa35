namespace NotificationService.Batches;

/// <summary><c>Notification:Batches:*</c>: how calls with many items may come.</summary>
public sealed class BatchOptions
{
    public const string Section = "Notification:Batches";

    /// <summary>How long the body of a call may take to arrive.</summary>
    public TimeSpan LongestUpload { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Everything that is not valid; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors() => LongestUpload >= TimeSpan.FromSeconds(1) && LongestUpload <= TimeSpan.FromHours(1)
        ? []
        : [$"{Section.Replace(":", "__", StringComparison.Ordinal)}__{nameof(LongestUpload)} must be 00:00:01 to 01:00:00"];
}
