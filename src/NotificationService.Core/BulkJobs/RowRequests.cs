using System.Buffers;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>What is wrong with a row.</summary>
/// <param name="Column">The header of the column, where it is one column's fault.</param>
public sealed record RowError(string? Column, string Code, string Message);

/// <summary>Makes a request of a row, and names the column of what is wrong with it. Pure.</summary>
internal sealed class RowRequests
{
    private static readonly SearchValues<char> Decimal = SearchValues.Create("0123456789.,");

    private readonly ColumnTargets map;
    private readonly IReadOnlyList<string> headers;
    private readonly (int Column, string[] Path, string[] Parents)[] variables;
    private readonly bool[] areRecipients;
    private readonly NotificationRequest ofEveryRow;
    private (DateTimeOffset At, string Text) due;

    public RowRequests(BulkJobSettings settings, ColumnTargets map, IReadOnlyList<string> headers)
    {
        (this.map, this.headers) = (map, headers);
        variables =
        [
            .. map.Targets.Select((target, column) => (column, path: target.StartsWith("data.", StringComparison.Ordinal) ? target["data.".Length..] : map.Also[column]))
                .Where(entry => entry.path is not null).Select(entry => (entry.column, entry.path!.Split('.'))).OrderBy(entry => string.Join('.', entry.Item2), StringComparer.Ordinal)
                .Select(entry => (entry.column, entry.Item2, entry.Item2[..^1])),
        ];
        areRecipients = [.. map.Targets.Select(target => target.StartsWith("recipient.", StringComparison.Ordinal))];
        ofEveryRow = settings.Template.Bind(new NotificationRequest
        {
            Channels = settings.Channels.Count == 0 ? null : [.. settings.Channels.Select(channel => channel.ToName())],
            Category = settings.Category,
            Priority = settings.Priority,
        });
    }

    /// <param name="sendAt">When it is due, where the job has a time or a pace.</param>
    public (NotificationRequest? Notification, string? Key, RowError? Error) Of(IReadOnlyList<string> cells, DateTimeOffset? sendAt)
    {
        if (cells.Count != headers.Count)
            return (null, null, new RowError(null, "csv_field_count", $"expected {headers.Count} fields, found {cells.Count}"));
        for (var i = 0; i < cells.Count; i++)
        {
            if (areRecipients[i] && IsScientific(cells[i]))
                return (null, null, new RowError(headers[i], "csv_number_format", "this looks like a number that a spreadsheet shortened, such as 4.91711E+11: format the column as text"));
        }

        var request = ofEveryRow with
        {
            Data = Data(cells),
            DataAreTexts = true,
            SendAt = sendAt is { } at ? Text(at) : null,
            Reference = Cell(cells, "reference"),
        };
        var key = map.Key is { } column && cells[column].Length > 0 ? cells[column] : null;
        return map.Key is not null && key is null
            ? (null, null, new RowError(headers[map.Key.Value], "idempotency_key_missing", "the column that names the row is empty"))
            : (request with { Recipient = Recipient(cells) }, key, null);
    }

    /// <summary>Of several faults the first, and how many more there are.</summary>
    public RowError ErrorOf(IReadOnlyList<RequestIssue> issues)
    {
        var first = issues[0];
        var message = issues.Count == 1 ? first.Message : $"{first.Message} (and {issues.Count - 1} more)";
        return new RowError(ColumnOf(first.Pointer), first.Code, message);
    }

    private string? ColumnOf(string pointer)
    {
        var target = pointer.TrimStart('/').Replace('/', '.').Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        for (var i = 0; i < map.Targets.Count; i++)
        {
            if (map.Targets[i].Length > 0 && (map.Targets[i] == target || target.StartsWith(map.Targets[i] + ".", StringComparison.Ordinal)))
                return headers[i];
        }

        return null;
    }

    /// <summary>Rows are mostly due at the same time as the one before.</summary>
    private string Text(DateTimeOffset at)
    {
        if (due.Text is null || due.At != at)
            due = (at, Rfc3339.Text(at));
        return due.Text;
    }

    private static bool IsScientific(string cell) =>
        cell.Length is > 4 and < 24 && char.IsAsciiDigit(cell[0]) && cell.IndexOf("E+", StringComparison.OrdinalIgnoreCase) is > 0 and var at
        && cell.AsSpan(0, at).IndexOfAnyExcept(Decimal) < 0 && cell.AsSpan(at + 2).IndexOfAnyExceptInRange('0', '9') < 0;

    private StoredRecipient Recipient(IReadOnlyList<string> cells) => RecipientFields.Read(
        text => Cell(cells, text.Column),
        texts => Cell(cells, texts.Column)?.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private string? Cell(IReadOnlyList<string> cells, string target)
    {
        for (var i = 0; i < map.Targets.Count; i++)
        {
            if (map.Targets[i] == target)
                return cells[i].Length == 0 ? null : cells[i];
        }

        return null;
    }

    /// <summary>The variables as the template reads them: <c>order.id</c> is a field of an object. They are in order, so that an object is written in one piece.</summary>
    private ReadOnlyMemory<byte> Data(IReadOnlyList<string> cells)
    {
        if (variables.Length == 0)
            return default;
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        string[] open = [];
        foreach (var (column, path, parents) in variables)
        {
            // An empty cell is a variable that the row lacks.
            if (cells[column].Length == 0)
                continue;
            var shared = 0;
            while (shared < open.Length && shared < path.Length - 1 && open[shared] == path[shared])
                shared++;
            for (var i = open.Length; i > shared; i--)
                json.WriteEndObject();
            for (var i = shared; i < path.Length - 1; i++)
                json.WriteStartObject(path[i]);
            open = parents;
            json.WriteString(path[^1], cells[column]);
        }

        for (var i = open.Length; i > 0; i--)
            json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
