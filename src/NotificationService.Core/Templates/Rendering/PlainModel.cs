using System.Globalization;
using System.Text.Json;

namespace NotificationService.Templates.Rendering;

/// <summary>An object of the model. A type of our own, so that nothing else can be reached through it.</summary>
internal sealed class PlainMap : Dictionary<string, object?>
{
    public PlainMap(int capacity = 0)
        : base(capacity, StringComparer.Ordinal)
    {
    }

    public override string ToString() => "";
}

/// <summary>A list of the model.</summary>
internal sealed class PlainList : List<object?>
{
    public override string ToString() => PlainValue.Join(this, ",");
}

/// <summary>
/// Turns JSON bytes into what a template sees: strings, longs, decimals, doubles, booleans, lists and maps, and nothing
/// of the runtime. One pass over the bytes, no document in between.
/// </summary>
internal static class PlainModel
{
    private const int Depth = 64;

    /// <exception cref="JsonException">It is not an object of texts, numbers, lists and objects of at most 64 levels.</exception>
    public static PlainMap Read(ReadOnlySpan<byte> json) => json.IsEmpty ? [] : ReadRoot(json);

    public static PlainMap Read(ReadOnlySpan<byte> json, RecipientModel recipient)
    {
        var root = Read(json);
        var fields = new PlainMap(capacity: recipient.Fields.Count);
        foreach (var (name, value) in recipient.Fields)
            fields[name] = value;
        root["recipient"] = fields;
        // Never the caller's: a colour of the brand may stand in a style.
        if (recipient.Brand is { } brand)
            root["brand"] = brand.Map;
        else
            root.Remove("brand");
        return root;
    }

    private static PlainMap ReadRoot(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMap(ref reader),
            JsonTokenType.Null => [],
            _ => throw new JsonException("data is not an object"),
        };
    }

    private static PlainMap ReadMap(ref Utf8JsonReader reader)
    {
        var map = new PlainMap();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Text(ref reader);
            reader.Read();
            map[name] = ReadValue(ref reader);
        }

        return map;
    }

    private static object? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Text(ref reader);
            case JsonTokenType.True:
                return Boxed.True;
            case JsonTokenType.False:
                return Boxed.False;
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.StartObject:
                return ReadMap(ref reader);
            case JsonTokenType.StartArray:
                var list = new PlainList();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Add(ReadValue(ref reader));
                return list;
            default:
                return null;
        }
    }

    /// <summary>The reader accepts half of a surrogate pair and only complains once it is asked for the text.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a text is not Unicode", exception);
        }
    }

    /// <summary>A decimal keeps the caller's digits, so that 19.90 is printed as 19.90.</summary>
    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return whole;
        return reader.TryGetDecimal(out var exact) ? exact : double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static class Boxed
    {
        public static readonly object True = true;
        public static readonly object False = false;
    }
}
