using System.Net.Mail;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Providers;

/// <summary>How a mail program may offer its reader to unsubscribe: the headers of RFC 2369, and with https those of RFC 8058, by which one click is enough.</summary>
/// <param name="Url">Where <see cref="Placeholder"/> is replaced, so that whoever is asked knows who asks.</param>
internal sealed record ListUnsubscribe(string? Url, string? Email)
{
    public const string Placeholder = "{deliveryId}";

    private const int LongestUrl = 900; // a header's line has at most 998 characters
    private const string Setting = "unsubscribe";

    /// <summary>The headers of a message: as the provider's setting says, and else, of marketing, by our own page. None for neither.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ListUnsubscribe? setting, ProviderCall call) => setting is { Url: not null } || call.UnsubscribeUrl is null
        ? setting?.Headers(call.Delivery) ?? []
        : new ListUnsubscribe(call.UnsubscribeUrl, setting?.Email).Headers(call.Delivery);

    private IEnumerable<(string Name, string Value)> Headers(DeliveryId delivery)
    {
        var url = Url?.Replace(Placeholder, delivery.Value.ToString(), StringComparison.Ordinal);
        string?[] ways = [url is null ? null : $"<{url}>", Email is null ? null : $"<mailto:{Email}?subject=unsubscribe>"];
        yield return ("List-Unsubscribe", string.Join(", ", ways.OfType<string>()));
        if (url?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true)
            yield return ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }

    /// <summary><c>{ "url"?, "email"? }</c>, at least one of them.</summary>
    public static ListUnsubscribe? Read(SettingsReader reader)
    {
        if (reader.Value(
            Setting,
            new ProviderField($"/settings/{Setting}/url", ProviderFieldKind.Url) { Max = LongestUrl }, new ProviderField($"/settings/{Setting}/email", ProviderFieldKind.Email)) is not { } value)
            return null;
        string? url = null, email = null;
        foreach (var property in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
        {
            var text = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
            switch (property.Name)
            {
                case "url" when text is not null && IsUrl(text):
                    url = text;
                    break;
                case "email" when text is not null && IsMailbox(text):
                    email = text;
                    break;
                case "url":
                    reader.Add($"/settings/{Setting}/url", "url_invalid", $"must be an absolute http or https URL of at most {LongestUrl} ASCII characters, in which {Placeholder} is replaced");
                    return null;
                case "email":
                    reader.Add($"/settings/{Setting}/email", "email_invalid", "must be an e-mail address");
                    return null;
                default:
                    reader.Add($"/settings/{Setting}", "unknown_property", "has url and email, and nothing else");
                    return null;
            }
        }

        if (url is not null || email is not null)
            return new ListUnsubscribe(url, email);
        reader.Add($"/settings/{Setting}", "invalid", "must be { \"url\": …, \"email\": … }, or one of them");
        return null;
    }

    private static bool IsUrl(string text) =>
        text.Length <= LongestUrl && text.All(c => c is > ' ' and < '\x7f' and not ('<' or '>' or ','))
        && Uri.TryCreate(text.Replace(Placeholder, "0", StringComparison.Ordinal), UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    /// <summary>What would have to be escaped in a mailto address is not worth having.</summary>
    private static bool IsMailbox(string text) =>
        Ascii.IsValid(text) && AddressRules.Email(text) is null && !text.AsSpan().ContainsAny('?', '&', '%') && MailAddress.TryCreate(text, out _);
}
