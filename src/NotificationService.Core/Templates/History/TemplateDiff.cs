using System.Text.Json;

namespace NotificationService.Templates.History;

/// <summary>One text, or another value, of a channel and locale that differs between two versions.</summary>
/// <param name="Field">Its place in the content, such as <c>html</c> or <c>actions/0/label</c>.</param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Lines">What differs, line by line.</param>
public sealed record FieldDiff(string Channel, string Locale, string Field, string Change, IReadOnlyList<DiffLine> Lines);

/// <summary>In which fields of which channels and locales two versions differ, in the order of the first and then of what only the second has.</summary>
public static class TemplateDiff
{
    /// <param name="before">Contents as JSON.</param>
    /// <param name="after">Contents as JSON.</param>
    public static IReadOnlyList<FieldDiff> Of(string before, string after)
    {
        var (old, next) = (Fields(before), Fields(after));
        var diffs = new List<FieldDiff>();
        foreach (var (place, text) in old)
        {
            if (!next.TryGetValue(place, out var other))
                diffs.Add(Of(place, "removed", text, null));
            else if (other != text)
                diffs.Add(Of(place, "changed", text, other));
        }

        diffs.AddRange(next.Where(field => !old.ContainsKey(field.Key)).Select(field => Of(field.Key, "added", null, field.Value)));
        return diffs;
    }

    private static FieldDiff Of((string Channel, string Locale, string Field) place, string change, string? before, string? after) => new(
        place.Channel,
        place.Locale,
        place.Field,
        change,
        before is null ? Lines(LineFate.Added, after!) : after is null ? Lines(LineFate.Removed, before) : LineDiff.Of(before, after));

    private static List<DiffLine> Lines(LineFate fate, string text) => [.. text.Split('\n').Select(line => new DiffLine(fate, line))];

    /// <summary>Contents that are stored were read strictly: no place stands there twice.</summary>
    private static Dictionary<(string Channel, string Locale, string Field), string> Fields(string contents)
    {
        var fields = new Dictionary<(string, string, string), string>();
        using var document = JsonDocument.Parse(contents);
        foreach (var channel in document.RootElement.EnumerateObject())
        {
            foreach (var locale in channel.Value.EnumerateObject())
            {
                foreach (var field in locale.Value.EnumerateObject())
                    Walk(field.Value, field.Name, (path, text) => fields[(channel.Name, locale.Name, path)] = text);
            }
        }

        return fields;
    }

    private static void Walk(JsonElement value, string path, Action<string, string> add)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Walk(member.Value, $"{path}/{member.Name}", add);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                    Walk(item, $"{path}/{index}", add);
                break;
            case JsonValueKind.String:
                add(path, value.GetString()!);
                break;
            default:
                add(path, value.GetRawText());
                break;
        }
    }
}
