using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>
/// For whom and for when the render on this thread is made, which functions may ask. It is the message's own time and not the clock's: rendered again it says
/// the same.
/// </summary>
internal static class RenderMoment
{
    [ThreadStatic]
    private static LocaleFormat? locale;

    [ThreadStatic]
    private static string? timezone;

    [ThreadStatic]
    private static DateTimeOffset now;

    public static LocaleFormat Locale => locale ?? LocaleFormat.Of(null);

    public static string? Timezone => timezone;

    public static DateTimeOffset Now => now;

    /// <summary>The recipient's locale where the content is in its language, else the content's: no German date in an English text.</summary>
    public static void Begin(string content, string? wanted, string? zone, DateTimeOffset at)
    {
        locale = LocaleFormat.Of(wanted is not null && Language(wanted).Equals(Language(content), StringComparison.OrdinalIgnoreCase) ? wanted : content);
        timezone = zone is not null && TimeZones.Exists(zone) ? zone : null;
        now = at;
    }

    private static ReadOnlySpan<char> Language(string name) => name.AsSpan(0, name.AsSpan().IndexOfAny('-', '_') is var end and >= 0 ? end : name.Length);
}
