using System.Collections.Frozen;
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

    /// <param name="status">The status of the response.</param>
    /// <param name="error">SendGrid's words, cleaned, and the field they are about.</param>
    /// <param name="retryAfter">When it may be tried again, where SendGrid said so.</param>
    public static ProviderResult Of(int status, SendGridError error, TimeSpan? retryAfter)
    {
        if (!Table.TryGetValue(status, out var entry))
        {
            if (status < 500)
                ProviderMetrics.UnknownCode(SendGridType.TypeName);
            entry = (Class.Temporary, $"http_{status}", $"SendGrid answered {status}");
        }

        if (status == 400 && error.IsInvalidAddress && error.IsAbout("from"))
            entry = (Class.Credentials, "credentials_sender_refused", "SendGrid says that the sender is no valid address");
        var words = error.Message.Length == 0 ? entry.Words : $"{entry.Words}: {error.Message}";
        return entry.Class switch
        {
            Class.Permanent => new ProviderResult.Rejected(
                entry.Code, words, status == 400 && error.IsInvalidAddress && error.IsAboutRecipient ? RejectionCause.Address : RejectionCause.Message),
            Class.Throttled => new ProviderResult.Deferred(entry.Code, words, retryAfter, DeferralCause.Throttled),
            Class.Credentials => new ProviderResult.Deferred(entry.Code, words, Cause: DeferralCause.Credentials),
            _ => new ProviderResult.Deferred(entry.Code, words, retryAfter),
        };
    }
}
