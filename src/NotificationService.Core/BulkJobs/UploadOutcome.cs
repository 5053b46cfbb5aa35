using NotificationService.BulkJobs.Csv;
using NotificationService.Notifications;

namespace NotificationService.BulkJobs;

/// <summary>What became of a file that was submitted. Whatever is not <see cref="Accepted"/> sends nothing.</summary>
public abstract record UploadOutcome
{
    private UploadOutcome()
    {
    }

    /// <summary>It is committed: the job goes on by itself. The response is JSON in UTF-8.</summary>
    public sealed record Accepted(byte[] Response) : UploadOutcome;

    /// <summary>The same request was answered before under this key.</summary>
    public sealed record Replayed(StoredResponse Before) : UploadOutcome;

    /// <summary>The key was used before for another request.</summary>
    public sealed record KeyMismatch : UploadOutcome;

    /// <summary>The same file came within a day, with that job.</summary>
    public sealed record Duplicate(Guid Job) : UploadOutcome;

    /// <summary>The job was given up, or taken over by another upload, while rows were still coming.</summary>
    public sealed record Ended : UploadOutcome;

    /// <summary>The job that these rows were for cannot go on.</summary>
    public sealed record NotContinuable : UploadOutcome;

    /// <summary>The job that these rows are for was named when they were staged already.</summary>
    public sealed record NamedTooLate : UploadOutcome;

    public sealed record TemplateUnknown : UploadOutcome;

    /// <summary>The columns do not fit the template and its channels.</summary>
    public sealed record HeaderRefused(IReadOnlyList<CsvRefusal> Refusals) : UploadOutcome;

    /// <summary>A header and no rows.</summary>
    public sealed record Empty : UploadOutcome;

    /// <summary>At the rate the last row would be due too far ahead.</summary>
    public sealed record RateTooLow : UploadOutcome;
}
