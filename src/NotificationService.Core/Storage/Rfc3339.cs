using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace NotificationService.Storage;

/// <summary>
/// An instant as others are given it and give it. Written in one form wherever it goes, answers, events and timeline alike:
/// <c>2026-01-31T09:30:00.000000Z</c>, UTC with the six digits that PostgreSQL keeps, so that two texts compare as their instants do. Read in any form
/// of RFC 3339.
/// </summary>
public static partial class Rfc3339
{
    private const string Written = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const int WrittenLength = 27;

    /// <summary>In a sentence a second is exact enough.</summary>
    private const string InSentences = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private const string Day = "yyyy-MM-dd";

    private const int Point = 19;
    private const int MaxDigits = 7;

    /// <summary>Writes the instants of whatever is serialized with it.</summary>
    public static JsonConverter<DateTimeOffset> Converter { get; } = new Instants();

    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    /// <summary>A day, of whichever clock.</summary>
    public static string Date(DateOnly day) => day.ToString(Day, CultureInfo.InvariantCulture);

    /// <summary>For a sentence that a person reads.</summary>
    public static string InSentence(DateTimeOffset instant) => instant.UtcDateTime.ToString(InSentences, CultureInfo.InvariantCulture);

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset instant)
    {
        json.WritePropertyName(name);
        WriteValue(json, instant);
    }

    /// <summary>
    /// Always with an offset: an instant without one is an instant nobody knows. Nanoseconds are taken, and cut to the seven digits that an instant
    /// has here.
    /// </summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (!Shape().IsMatch(text) || !DateTimeOffset.TryParse(Cut(text), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var read))
            return false;
        instant = read;
        return read.Year is >= 2000 and < 2200;
    }

    private static void WriteValue(Utf8JsonWriter json, DateTimeOffset instant)
    {
        Span<char> text = stackalloc char[WrittenLength];
        instant.UtcDateTime.TryFormat(text, out var length, Written, CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..length]);
    }

    private static string Cut(string text)
    {
        var digits = text[Point] == '.' ? text.AsSpan(Point + 1).IndexOfAnyExceptInRange('0', '9') : 0;
        return digits > MaxDigits ? text.Remove(Point + 1 + MaxDigits, digits - MaxDigits) : text;
    }

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();

    private sealed class Instants : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => WriteValue(writer, value);
    }
}
