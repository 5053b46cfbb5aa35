using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.Providers.SendGrid;

/// <summary>What SendGrid's error answers mean for a message.</summary>
internal static class SendGridErrors
{
    /// <param name="status">The status of the answer.</param>
    /// <param name="detail">SendGrid's words, cleaned; may be empty.</param>
    /// <param name="retryAfter">When it may be tried again, where SendGrid said so.</param>
    public static ProviderResult Of(int status, string detail, TimeSpan? retryAfter) => status switch
    {
        401 => new ProviderResult.Deferred("credentials_refused", Words("SendGrid refused the API key, or the account has no credits", detail), Cause: DeferralCause.Credentials),
        403 => new ProviderResult.Deferred("credentials_forbidden", Words("SendGrid does not allow this, for instance because the sender is not verified", detail), Cause: DeferralCause.Credentials),
        429 => new ProviderResult.Deferred("http_429", Words("SendGrid asks to slow down", detail), retryAfter, DeferralCause.Throttled),
        408 or 425 => new ProviderResult.Deferred($"http_{status}", Words($"SendGrid answered {status}", detail), retryAfter),
        413 => new ProviderResult.Rejected("http_413", Words("the message is too large for SendGrid", detail)),
        >= 400 and < 500 => new ProviderResult.Rejected($"http_{status}", Words($"SendGrid refused the message with {status}", detail)),
        _ => new ProviderResult.Deferred($"http_{status}", Words($"SendGrid answered {status}", detail), retryAfter),
    };

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

    private static string Words(string ours, string theirs) => theirs.Length == 0 ? ours : $"{ours}: {theirs}";
}
