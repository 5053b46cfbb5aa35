using System.Collections.Frozen;
using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.Providers.SendGrid;

/// <summary>What SendGrid's error answers mean for a message: one table by status, because its errors have no codes.</summary>
internal static class SendGridErrors
{
    private enum Class
    {
        Permanent,
        Temporary,
        Throttled,
        Credentials,
    }

    private static readonly FrozenDictionary<int, (Class Class, string Code, string Words)> Table = new Dictionary<int, (Class, string, string)>
    {
        [400] = (Class.Permanent, "http_400", "SendGrid refused the message with 400"),
        [401] = (Class.Credentials, "credentials_refused", "SendGrid refused the API key, or the account has no credits"),
        [403] = (Class.Credentials, "credentials_forbidden", "SendGrid does not allow this, for instance because the sender is not verified"),
        // A wrong baseUrl: every message would be lost by it.
        [404] = (Class.Credentials, "credentials_address_wrong", "there is no mail API at the configured baseUrl"),
        [405] = (Class.Credentials, "credentials_address_wrong", "there is no mail API at the configured baseUrl"),
        [408] = (Class.Temporary, "http_408", "SendGrid answered 408"),
        [413] = (Class.Permanent, "http_413", "the message is too large for SendGrid"),
        [415] = (Class.Permanent, "http_415", "SendGrid refused the message with 415"),
        [422] = (Class.Permanent, "http_422", "SendGrid refused the message with 422"),
        [425] = (Class.Temporary, "http_425", "SendGrid answered 425"),
        [429] = (Class.Throttled, "http_429", "SendGrid asks to slow down"),
    }.ToFrozenDictionary();

    /// <param name="status">The status of the answer.</param>
    /// <param name="detail">SendGrid's words, cleaned; may be empty.</param>
    /// <param name="retryAfter">When it may be tried again, where SendGrid said so.</param>
    public static ProviderResult Of(int status, string detail, TimeSpan? retryAfter)
    {
        if (!Table.TryGetValue(status, out var entry))
        {
            if (status < 500)
                ProviderMetrics.UnknownCode(SendGridType.TypeName);
            entry = (Class.Temporary, $"http_{status}", $"SendGrid answered {status}");
        }

        var words = detail.Length == 0 ? entry.Words : $"{entry.Words}: {detail}";
        return entry.Class switch
        {
            Class.Permanent => new ProviderResult.Rejected(entry.Code, words),
            Class.Throttled => new ProviderResult.Deferred(entry.Code, words, retryAfter, DeferralCause.Throttled),
            Class.Credentials => new ProviderResult.Deferred(entry.Code, words, Cause: DeferralCause.Credentials),
            _ => new ProviderResult.Deferred(entry.Code, words, retryAfter),
        };
    }

    /// <summary>The first of <c>{"errors":[{message,field,help}]}</c>; anything else, HTML for instance, says nothing.</summary>
    public static string Detail(ReadOnlyMemory<byte> body, string secret)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0
                && errors[0].ValueKind == JsonValueKind.Object
                && errors[0].TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String)
            {
                return VendorText.Clean(message.GetString()!, secret);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or a string in it that is no text: the status alone has to do.
        }

        return "";
    }
}
