using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// Says what is wrong with a body that could not be read, and where. First the text as such (encoding, syntax, depth,
/// double properties: 400), then the values against the type (422, all of them at once).
/// </summary>
internal sealed class JsonDiagnosis(ReadOnlyMemory<byte> utf8, JsonTypeInfo type)
{
    public static ProblemResult NotAnObject { get; } = Problems.BadRequest(
        "body_not_object", "The request body is not a JSON object", "Send one JSON object, { … }.", pointer: "");

    /// <summary>The problem, or null if none is found.</summary>
    public ProblemResult? Find() => InEncoding() ?? InText() ?? InValues();

    /// <summary>What makes it no JSON object in UTF-8, whatever is in it; null if it is one.</summary>
    public static ProblemResult? OfText(ReadOnlyMemory<byte> utf8)
    {
        var diagnosis = new JsonDiagnosis(utf8, ProblemJson.Default.Problem);
        return diagnosis.InEncoding() ?? diagnosis.InText();
    }

    /// <summary>The problem of a body that the serializer refused.</summary>
    public ProblemResult Explain(JsonException exception) =>
        Find() ?? Problems.Validation(JsonPointer.OfPath(exception.Path), "type", "The value does not fit this field.");

    private ProblemResult? InEncoding()
    {
        var text = utf8.Span;
        var sixteenBits = text.Length >= 2 && (text[0] == 0 || text[1] == 0);
        return sixteenBits || !Utf8.IsValid(text)
            ? Problems.BadRequest("encoding_invalid", "The request body is not UTF-8", "Send the body in UTF-8.")
            : null;
    }

    private ProblemResult? InText()
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth + 8 });
        try
        {
            for (var first = true; reader.Read(); first = false)
            {
                if (first && reader.TokenType != JsonTokenType.StartObject)
                    return SyntaxOfRest(ref reader) ?? NotAnObject;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= StrictJson.MaxDepth)
                    return TooDeep(StrictJson.MaxDepth, "");
            }

            return null;
        }
        catch (JsonException) when (utf8.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return NotAnObject;
        }
        catch (JsonException exception)
        {
            return Invalid(exception);
        }
    }

    private static ProblemResult? SyntaxOfRest(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.CurrentDepth >= StrictJson.MaxDepth)
                return TooDeep(StrictJson.MaxDepth, "");
        }

        return null;
    }

    private ProblemResult? InValues()
    {
        var walk = new JsonWalk(utf8);
        walk.Check(type);
        if (walk.Refused is { } refused)
            return refused;
        return walk.Errors.Count > 0 ? Problems.Validation(walk.Errors) : null;
    }

    internal static ProblemResult TooDeep(int max, string pointer) => Problems.BadRequest(
        "json_too_deep", "The JSON is nested too deeply", $"The most is {max} levels.", pointer);

    internal static ProblemResult Duplicate(string pointer, string name) => Problems.BadRequest(
        "duplicate_property", "A property stands twice in one object", $"The property '{Problem.Echo(name)}' stands twice in one object.", pointer);

    private ProblemResult Invalid(JsonException exception)
    {
        var position = BytePosition(exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
        return Problems.BadRequest("json_invalid", "The request body is not valid JSON", $"It stops being JSON at byte {position} (line {exception.LineNumber + 1}).");
    }

    private long BytePosition(long line, long positionInLine)
    {
        var start = 0;
        for (var text = utf8.Span; line > 0; line--)
        {
            var end = text[start..].IndexOf((byte)'\n');
            if (end < 0)
                break;
            start += end + 1;
        }

        return start + positionInLine;
    }
}
