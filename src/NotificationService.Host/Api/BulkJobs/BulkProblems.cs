using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>Why an upload is not taken.</summary>
internal static class BulkProblems
{
    public static ProblemResult UploadEnded { get; } = Problems.Conflict("The upload took too long and was given up, or another one of the same rows has begun. Upload the file again.", "upload_ended");

    public static ProblemResult Duplicate(Guid same) =>
        Problems.Conflict($"The same file was uploaded within 24 hours (job {same}). Send force=true to send it again.", "import_duplicate");

    public static ProblemResult TooLarge(CsvLimits limits) => Problems.Of(413, "payload_too_large", "The file is too large", $"The most is {limits.MostBytes} bytes.");

    public static ProblemResult TooSlow(BulkOptions options) => Problems.Of(
        408, "upload_too_slow", "The upload took too long",
        $"It may take {options.LongestUpload}, pause for {SteadyBody.Grace.TotalSeconds} s, and has to bring {options.LeastBytesPerSecond} bytes a second on average. Pack the file with gzip, or split it.");

    /// <summary>The columns do not fit.</summary>
    public static ProblemResult Of(IReadOnlyList<CsvRefusal> refusals) => Problems.Validation(
        [.. refusals.Select(refusal => new FieldError(refusal.Column is null ? "/file" : $"/file/{JsonPointer.Append("", refusal.Column).TrimStart('/')}", refusal.Code, refusal.Message))]);

    /// <summary>It was the slowest, and another one needed its room.</summary>
    public static ProblemResult Displaced { get; } = Problems.TimedOut(
        UploadAdmission.DisplacedCode,
        $"There was no memory for another upload, and this was the slowest: an upload that brings less than {UploadAdmission.FastBytesPerSecond} bytes a second may be ended then, once it was waited for {UploadAdmission.Grace.TotalSeconds:0} s. Nothing of it was sent. Upload the file again, packed with gzip, or split it.",
        TimeSpan.FromSeconds(30));

    public static ProblemResult Of(CsvRefusal refusal)
    {
        var where = refusal.Line is { } line ? $" (line {line})" : "";
        return refusal.Code switch
        {
            "csv_not_text" => Problems.Of(415, refusal.Code, "The file is no CSV file", refusal.Message),
            UploadStaging.NotContinuable => Problems.Conflict(refusal.Message),
            "csv_too_large" => Problems.Of(413, refusal.Code, "The file is too large", refusal.Message),
            _ => Problems.Validation(refusal.Column is null ? "/file" : JsonPointer.Append("/file", refusal.Column), refusal.Code, refusal.Message + where),
        };
    }
}
