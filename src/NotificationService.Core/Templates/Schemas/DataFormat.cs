using System.Globalization;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Schemas;

/// <summary>A spelling that texts can be held to.</summary>
/// <param name="Name">As <c>format</c> names it.</param>
/// <param name="Noun">What is expected.</param>
/// <param name="IsOne">Bounded work, however long the text is.</param>
internal sealed record DataFormat(string Name, string Noun, Func<string, bool> IsOne)
{
    private const int LongestTime = 64;
    private const int LongestUri = 2_048;

    public static readonly IReadOnlyList<DataFormat> All =
    [
        new("date-time", "a time such as 2026-11-21T09:00:00Z", IsTime),
        new("date", "a date such as 2026-11-21", TemplateFormats.IsDay),
        new("email", "an e-mail address", text => AddressRules.Email(text) is null),
        new("uri", "an absolute address such as https://example.com/", text => text.Length <= LongestUri && Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains(':', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal)),
    ];

    public static readonly string Names = string.Join(", ", All.Select(format => format.Name));

    /// <summary>RFC 3339: with a T and an offset.</summary>
    private static bool IsTime(string text) =>
        text.Length is >= 20 and <= LongestTime && text[10] is 'T' or 't' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
