using System.Text;
using System.Text.RegularExpressions;
using NodaTime;
using NotificationService.Outbound;

namespace NotificationService.Tenants;

/// <summary>What is wrong with one member of a tenant's settings.</summary>
public sealed record TenantSettingsIssue(string Pointer, string Code, string Message);

/// <summary>What a tenant may set, and the one spelling in which it is kept. Every list and map is bounded before its members are looked at.</summary>
public sealed partial class TenantSettingsCheck
{
    public const int MaxDays = 3_650;
    public const int MaxPerMinute = 1_000_000;
    public const int MaxDaily = 1_000_000_000;
    public const int MaxSmsCaps = 300;
    public const int MaxDomains = 100;
    public const int MaxOrigins = 50;
    public const int LongestName = 200;
    private const int LongestUrl = 2048;
    private const int LongestDomain = 253;

    private static readonly string[] Zones = [.. DateTimeZoneProviders.Tzdb.Ids];

    private readonly List<TenantSettingsIssue> issues = [];

    private TenantSettingsCheck()
    {
    }

    /// <param name="settings">As they would be stored.</param>
    /// <param name="channels">The names that there are.</param>
    /// <returns>The settings in their one spelling, and everything that is wrong with them.</returns>
    public static (StoredTenantSettings Settings, IReadOnlyList<TenantSettingsIssue> Issues) Of(StoredTenantSettings settings, IReadOnlyList<string> channels)
    {
        var check = new TenantSettingsCheck();
        if (settings.Locale is { } locale && !Locale().IsMatch(locale))
            check.Add("/locale", "locale_invalid", "A locale is a language tag such as en, fr-CA or zh-Hant-TW.");
        if (settings.Timezone is { } zone && Array.IndexOf(Zones, zone) < 0)
            check.Add("/timezone", "timezone_unknown", "A time zone is a name of the IANA list such as Europe/Berlin.");
        check.Channels("/retentionDays", settings.RetentionDays, channels, 1, MaxDays);
        if (settings.Limits is { SendPerMinute: < 1 or > MaxPerMinute })
            check.Add("/limits/sendPerMinute", "number_range", $"From 1 to {MaxPerMinute}.");
        check.Channels("/limits/daily", settings.Limits?.Daily, channels, 0, MaxDaily);
        check.Caps(settings.SmsCaps);
        var domains = check.List("/sendingDomains", settings.SendingDomains, MaxDomains, DomainOf, "domain_invalid", "A domain such as example.com, without @ and without a port.");
        var origins = check.List("/allowedOrigins", settings.AllowedOrigins, MaxOrigins, OriginOf, "origin_invalid", "An origin is a scheme, a host and perhaps a port: https://app.example.com.");
        var brand = check.Brand(settings.Brand);
        return (settings with { SendingDomains = domains, AllowedOrigins = origins, Brand = brand }, check.issues);
    }

    public static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && name.Length <= LongestName && IsPlain(name);

    /// <summary>No control characters and no halves of characters.</summary>
    public static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) || (char.IsSurrogate(text[i]) && !Rune.TryGetRuneAt(text, i, out _) && (i == 0 || !char.IsSurrogatePair(text[i - 1], text[i]))))
                return false;
        }

        return true;
    }

    private void Add(string pointer, string code, string message) => issues.Add(new TenantSettingsIssue(pointer, code, message));

    private void Channels(string pointer, Dictionary<string, int>? values, IReadOnlyList<string> channels, int min, int max)
    {
        foreach (var (channel, value) in Bounded(pointer, values, channels.Count))
        {
            if (!channels.Contains(channel))
                Add(At(pointer, channel), "unknown_channel", $"A channel is one of {string.Join(", ", channels)}.");
            else if (value < min || value > max)
                Add(At(pointer, channel), "number_range", $"From {min} to {max}.");
        }
    }

    private void Caps(Dictionary<string, int>? caps)
    {
        foreach (var (prefix, cap) in Bounded("/smsCaps", caps, MaxSmsCaps))
        {
            if (!Prefix().IsMatch(prefix))
                Add(At("/smsCaps", prefix), "prefix_invalid", "The beginning of a number in E.164: + and one to seven digits, such as +44.");
            else if (cap is < 0 or > MaxDaily)
                Add(At("/smsCaps", prefix), "number_range", $"From 0 to {MaxDaily}.");
        }
    }

    private Dictionary<string, int> Bounded(string pointer, Dictionary<string, int>? values, int max)
    {
        if (values is null || values.Count <= max)
            return values ?? [];
        Add(pointer, "too_many_properties", $"At most {max}.");
        return [];
    }

    private List<string?>? List(string pointer, List<string?>? values, int max, Func<string, string?> spelling, string code, string message)
    {
        if (values is null)
            return null;
        if (values.Count > max)
        {
            Add(pointer, "too_many", $"At most {max}.");
            return null;
        }

        var spelled = new List<string?>(values.Count);
        foreach (var (index, value) in values.Index())
        {
            if (value is null || spelling(value) is not { } one)
                Add($"{pointer}/{index}", code, message);
            else if (!spelled.Contains(one))
                spelled.Add(one);
        }

        return spelled;
    }

    private StoredTenantBrand? Brand(StoredTenantBrand? brand)
    {
        if (brand is null)
            return null;
        if (brand.Name is { } name && !IsName(name))
            Add("/brand/name", "name_invalid", $"A name has 1 to {LongestName} characters, none of them control characters.");
        var logo = brand.LogoUrl is { } url ? LogoOf(url) : null;
        if (brand.LogoUrl is not null && logo is null)
            Add("/brand/logoUrl", "url_invalid", $"An address that begins with https://, at most {LongestUrl} characters, without user and password.");
        if (brand.Color is { } color && !Color().IsMatch(color))
            Add("/brand/color", "color_invalid", "A colour is # and six hexadecimal digits, such as #0a7c5f.");
        return brand with { LogoUrl = logo, Color = brand.Color?.ToLowerInvariant() };
    }

    private static string? DomainOf(string text) =>
        text.Length <= LongestDomain && MailDomain.ToAscii(text) is { Length: <= LongestDomain } ascii && Domain().IsMatch(ascii) ? ascii : null;

    private static string? OriginOf(string text) =>
        text.Length <= LongestUrl && Plain(text) is { Scheme: "https" or "http", UserInfo: "", PathAndQuery: "/", Fragment: "" } origin && !text.EndsWith('/') && !text.EndsWith('?')
            ? origin.GetLeftPart(UriPartial.Authority).ToLowerInvariant()
            : null;

    private static string? LogoOf(string text) =>
        text.Length <= LongestUrl && Plain(text) is { Scheme: "https", UserInfo: "" } url && url.AbsoluteUri is { Length: <= LongestUrl } kept ? kept : null;

    /// <summary>Visible ASCII and no character that ends an attribute: what is kept stands in e-mails and headers.</summary>
    private static Uri? Plain(string text) =>
        text.All(c => c is > ' ' and < '\x7f' and not ('"' or '\'' or '<' or '>' or '\\' or '`')) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url : null;

    private static string At(string pointer, string name) =>
        $"{pointer}/{(name.Length > 100 ? name[..100] : name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    [GeneratedRegex(@"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8}){0,2}\z", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Locale();

    [GeneratedRegex(@"^\+[1-9][0-9]{0,6}\z", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Domain();

    [GeneratedRegex(@"^#[0-9A-Fa-f]{6}\z", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Color();
}
