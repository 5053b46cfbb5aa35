using System.Text.Json;
using NotificationService.Outbound;

namespace NotificationService.Channels;

/// <summary>The domain that a provider's messages come from, where its settings name an address as <c>from</c>: one text, or an object with <c>email</c>.</summary>
public static class SenderDomain
{
    public const string Code = "sending_domain_forbidden";
    public const string Pointer = "/settings/from";

    /// <summary>In ASCII and lower case; null where there is no such address.</summary>
    public static string? Of(JsonElement settings)
    {
        if (settings.ValueKind != JsonValueKind.Object || !settings.TryGetProperty("from", out var from))
            return null;
        var address = from.ValueKind == JsonValueKind.Object && from.TryGetProperty("email", out var email) ? email : from;
        return address.ValueKind == JsonValueKind.String && address.GetString() is { } text && text.LastIndexOf('@') is > 0 and var at ? MailDomain.ToAscii(text[(at + 1)..]) : null;
    }
}
