using System.Buffers;
using System.Text.Json;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.EventRules;

/// <summary>Makes of an event what a rule says. Pure.</summary>
public static class EventRequests
{
    /// <summary>The request, or why there can be none. Pointers lead into the request, messages name the path.</summary>
    public static (NotificationRequest? Notification, IReadOnlyList<RequestIssue> Issues) Of(EventRule rule, IncomingEvent @event, JsonElement data)
    {
        var issues = new List<RequestIssue>();
        var paths = rule.RecipientPaths;
        var request = new NotificationRequest
        {
            Template = rule.Template,
            Channels = rule.Channels,
            Category = rule.Category,
            Priority = rule.Priority,
            Reference = Reference(@event),
            Data = Data(rule, @event, data, issues),
            Recipient = RecipientFields.Read(Text, Texts),
        };
        return issues.Count == 0 ? (request, issues) : (null, issues);

        JsonElement? Find(RecipientFieldRow row) =>
            paths.TryGetValue(row.Name, out var text) && EventPath.TryParse(text, out var path) ? path.Find(@event, data) : null;

        string? Text(RecipientFieldRow.Text row)
        {
            if (Find(row) is not { } value)
                return null;
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    return value.GetString();
                case JsonValueKind.Number when row.MayBeNumber:
                    return value.GetRawText();
                default:
                    issues.Add(new RequestIssue(row.Pointer, "type", $"At {paths[row.Name]} of the event a text is expected."));
                    return null;
            }
        }

        IReadOnlyList<string>? Texts(RecipientFieldRow.Texts row)
        {
            if (Find(row) is not { } value)
                return null;
            if (value.ValueKind == JsonValueKind.String)
                return [value.GetString()!];
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                return [.. value.EnumerateArray().Select(item => item.GetString()!)];
            issues.Add(new RequestIssue(row.Pointer, "type", $"At {paths[row.Name]} of the event a text or a list of texts is expected."));
            return null;
        }
    }

    /// <summary>The event's id, where it can be one.</summary>
    private static string? Reference(IncomingEvent @event) => @event.Id.Length <= RequestCheck.LongestReference && !@event.Id.Any(char.IsControl) ? @event.Id : null;

    private static ReadOnlyMemory<byte> Data(EventRule rule, IncomingEvent @event, JsonElement data, List<RequestIssue> issues)
    {
        if (rule.DataPaths is not { } variables)
        {
            if (data.ValueKind == JsonValueKind.Object)
                return @event.Data;
            if (data.ValueKind != JsonValueKind.Null)
                issues.Add(new RequestIssue("/data", "type", "The event's data are no JSON object: name what is to be taken of them in the rule's 'data'."));
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
        {
            json.WriteStartObject();
            foreach (var (variable, text) in variables)
            {
                // What is missing is named by the template that needs it.
                if (!EventPath.TryParse(text, out var path) || path.Find(@event, data) is not { } value)
                    continue;
                json.WritePropertyName(variable);
                value.WriteTo(json);
                // A hundred variables may each name all of the data: it is looked at before it is a hundred times as much.
                if (json.BytesCommitted + json.BytesPending <= RequestCheck.LargestData)
                    continue;
                issues.Add(new RequestIssue($"/data/{EventRuleInput.Escape(variable)}", "too_large", $"With it 'data' has more than {RequestCheck.LargestData} bytes of JSON."));
                return default;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
