namespace NotificationService.Host.Api.BulkJobs;

/// <summary>The form of an upload, as the OpenAPI document shows it; <see cref="BulkForm"/> reads it.</summary>
/// <param name="File">The CSV file.</param>
/// <param name="Template">The key of a published template. Needed, except with continues.</param>
/// <param name="Channel">The channel of every row: email, sms, whatsapp, push or in_app.</param>
/// <param name="Channels">Several, with commas, as a JSON array, or the field several times. Without channel and channels: those of the template that a row has an address for.</param>
/// <param name="Mapping">A JSON object: a column of the file and what it is, such as recipient.email, reference, data.orderId or ignore.</param>
/// <param name="Mode">skip_bad_rows, the default, or all_or_nothing.</param>
/// <param name="IdempotencyColumn">The column that names a row: within 24 hours a row of that name is sent once.</param>
/// <param name="DryRun">true: every row is looked at and rendered, and nothing is sent.</param>
/// <param name="SendAt">When the rows are due; with ratePerMinute, the first of them.</param>
/// <param name="RatePerMinute">So many rows become due in a minute.</param>
/// <param name="Category">Of every notification.</param>
/// <param name="Priority">Of every notification: high, normal or low.</param>
/// <param name="Name">Of the job.</param>
/// <param name="Continues">The job whose corrected errors.csv this is. It stands before the file.</param>
/// <param name="Force">true: also if the same file was uploaded within 24 hours.</param>
public sealed record BulkUploadForm(
    IFormFile File, string? Template = null, string? Channel = null, string? Channels = null, string? Mapping = null, string? Mode = null, string? IdempotencyColumn = null, bool? DryRun = null,
    DateTimeOffset? SendAt = null, int? RatePerMinute = null, string? Category = null, string? Priority = null, string? Name = null, Guid? Continues = null, bool? Force = null);
