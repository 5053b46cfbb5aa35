using System.Text.Json.Serialization;
using NotificationService.BulkJobs.Csv;
using NotificationService.Channels;
using NotificationService.Notifications;

namespace NotificationService.BulkJobs;

/// <summary>What holds for every row of a job.</summary>
/// <param name="Channels">Empty for all of the template's that a row has an address for.</param>
/// <param name="RatePerMinute">Rows that become due in a minute; null for all at once.</param>
public sealed record BulkJobSettings(
    BoundTemplate Template, IReadOnlyList<ChannelKind> Channels, string? Category, string? Priority, DateTimeOffset? SendAt, int? RatePerMinute);

/// <summary>What each column of the file is, in its order: <c>recipient.email</c>, <c>data.order.id</c>, <c>reference</c>, or empty for none.</summary>
/// <param name="Also">Where a recipient's field is a variable of the template, too: its path.</param>
/// <param name="Key">The column whose value makes a row harmless to repeat.</param>
public sealed record ColumnTargets(IReadOnlyList<string> Targets, IReadOnlyList<string?> Also, int? Key)
{
    public static ColumnTargets Of(ColumnMap map) => new([.. map.Columns.Select(column => column.Written)], [.. map.Columns.Select(column => column.AlsoVariable)], map.IdempotencyColumn);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BulkJobSettings))]
[JsonSerializable(typeof(ColumnTargets))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<IReadOnlyList<string>>))]
[JsonSerializable(typeof(IReadOnlyList<BulkSample>))]
public sealed partial class BulkJson : JsonSerializerContext;

/// <summary>What a row would say.</summary>
public sealed record BulkSample(int Line, string Channel, string? Subject, string? Text, string? Html, string? Title, string? Body);
