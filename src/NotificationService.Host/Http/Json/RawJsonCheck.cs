using System.Text.Json;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// Walks a caller's own object once: depth, number of properties, no property twice. The names of the objects that
/// are open lie on a small stack as places in the body; where that would not do (many names, or names with escapes)
/// the object is parsed once more by <see cref="JsonDocument"/>, which compares by hashing.
/// </summary>
internal static class RawJsonCheck
{
    private const int NamesOnStack = 128;
    private const int NamesComparedOneByOne = 24;

    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false, MaxDepth = RawJson.MaxDepth };

    /// <summary>Leaves the reader at the end of the object that it stands at.</summary>
    public static void Walk(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        Span<(int Start, int Length)> names = stackalloc (int, int)[NamesOnStack];
        Span<(int FirstName, int Properties)> open = stackalloc (int, int)[RawJson.MaxDepth];
        open[0] = default;
        var start = (int)reader.TokenStartIndex;
        var baseDepth = reader.CurrentDepth;
        var count = 0;
        var exact = true;

        while (reader.Read())
        {
            var level = reader.CurrentDepth - baseDepth;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when level >= RawJson.MaxDepth:
                    throw new JsonException("too deep");
                case JsonTokenType.StartObject:
                    open[level] = (count, 0);
                    break;
                case JsonTokenType.EndObject when level == 0:
                    if (!exact)
                        JsonDocument.Parse(body[start..(int)reader.BytesConsumed], NoDuplicates).Dispose();
                    return;
                case JsonTokenType.EndObject:
                    count = open[level].FirstName;
                    break;
                case JsonTokenType.PropertyName:
                    if (++open[level - 1].Properties > RawJson.MaxProperties)
                        throw new JsonException("too many properties");
                    exact = exact && Add(ref reader, body.Span, names, open[level - 1].FirstName, ref count);
                    break;
            }
        }
    }

    private static bool Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, scoped Span<(int Start, int Length)> names, int first, ref int count)
    {
        if (reader.ValueIsEscaped || count == names.Length || count - first >= NamesComparedOneByOne)
            return false;

        var name = reader.ValueSpan;
        for (var i = first; i < count; i++)
        {
            if (names[i].Length == name.Length && body.Slice(names[i].Start, names[i].Length).SequenceEqual(name))
                throw new JsonException("a property twice");
        }

        names[count++] = ((int)reader.TokenStartIndex + 1, name.Length);
        return true;
    }
}
