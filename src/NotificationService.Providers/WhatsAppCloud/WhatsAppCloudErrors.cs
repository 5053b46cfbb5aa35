using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.Providers.WhatsAppCloud;

/// <summary>
/// What Meta's error codes mean: one table for answers and receipts alike, because most codes come by both ways. Meta says
/// to go by the code, and neither by the HTTP status nor by the title.
/// </summary>
internal static class WhatsAppCloudErrors
{
    internal enum Class
    {
        /// <summary>This message, from anybody.</summary>
        Permanent,

        /// <summary>Nobody at that number can be written to.</summary>
        Dead,

        /// <summary>The recipient wants no marketing: the number itself is alive.</summary>
        OptedOut,

        /// <summary>This account may not send there; another may.</summary>
        Region,
        Temporary,

        /// <summary>This message, for as long as its template or its recipient's own limit is in the way.</summary>
        Waits,
        Throttled,
        Credentials,
    }

    private const string Token = "the access token is wrong, expired or lacks the permission whatsapp_business_messaging";
    private const string NoNumber = "there is no phone number with the id in phoneNumberId, or the access token may not use it";
    private const string Refused = "WhatsApp does not allow this account to send";

    /// <summary>Said of a parameter, and with this subcode or 404 of the object that the address names: what does not exist, or the token may not see.</summary>
    private const int InvalidParameter = 100, NoSuchObject = 33;

    private static readonly FrozenDictionary<int, (Class Class, string Words)> Table = new Dictionary<int, (Class, string)>
    {
        [131026] = (Class.Dead, "the recipient cannot be reached on WhatsApp: not registered there, or with a client that is too old"),
        [131050] = (Class.OptedOut, "the recipient has opted out of marketing messages from this business"),

        [100] = (Class.Permanent, "WhatsApp refused a parameter of the request"),
        [131008] = (Class.Permanent, "a required parameter is missing"),
        [131009] = (Class.Permanent, "the value of a parameter is not valid"),
        [131021] = (Class.Permanent, "sender and recipient are the same number"),
        [131051] = (Class.Permanent, "WhatsApp does not support this type of message"),
        [131047] = (Class.Permanent, "more than 24 hours have passed since the recipient last wrote to you: outside of that window only an approved template can be sent, so give the template content with templateName"),
        [131049] = (Class.Permanent, "Meta chose not to deliver it, to keep this recipient from too many marketing messages; sending it again would be held against the account"),
        [130472] = (Class.Permanent, "Meta chose not to deliver it, because the recipient is part of an experiment"),
        [131052] = (Class.Permanent, "WhatsApp could not download the media of the message"),
        [131053] = (Class.Permanent, "WhatsApp could not take the media of the message: its type, its size or where it lies"),
        [132000] = (Class.Permanent, "the number of parameters is not the number that the approved template has"),
        [132005] = (Class.Permanent, "the template's text is too long with these parameters"),
        [132012] = (Class.Permanent, "a parameter is not in the format that the approved template wants"),
        [132018] = (Class.Permanent, "a parameter of the template is not valid: no line breaks, tabs or more than four spaces in a row"),

        [130497] = (Class.Region, "the account may not send to this country"),

        [0] = (Class.Credentials, Token),
        [3] = (Class.Credentials, "the access token lacks the permission whatsapp_business_messaging"),
        [10] = (Class.Credentials, "the permission to send was not granted or was taken away"),
        [33] = (Class.Credentials, NoNumber),
        [803] = (Class.Credentials, NoNumber),
        [190] = (Class.Credentials, "the access token has expired or was revoked: make another, best one of a system user that does not expire"),
        [200] = (Class.Credentials, "the permission to send was not granted or was taken away"),
        [368] = (Class.Credentials, "Meta has blocked the account for a while, because it broke a policy"),
        [131005] = (Class.Credentials, "the access token lacks a permission"),
        [131031] = (Class.Credentials, "Meta has locked the account"),
        [131042] = (Class.Credentials, "there is a problem with the account's payment method"),
        [131045] = (Class.Credentials, "the phone number is not registered with the platform"),
        [133010] = (Class.Credentials, "the phone number is not registered with the platform"),

        [132001] = (Class.Waits, "there is no approved template of that name in that language"),
        [132007] = (Class.Waits, "the template breaks a policy of WhatsApp"),
        [132015] = (Class.Waits, "the template is paused for its low quality"),
        [132016] = (Class.Waits, "the template was paused too often and is now disabled"),
        [131056] = (Class.Waits, "too many messages to the same recipient within a short time"),

        [4] = (Class.Throttled, "the app makes too many calls"),
        [80007] = (Class.Throttled, "the account has reached its rate limit"),
        [130429] = (Class.Throttled, "more messages a second than the number may send"),
        [131048] = (Class.Throttled, "too many messages of this number were blocked or marked as spam, so that Meta limits it"),

        [1] = (Class.Temporary, "WhatsApp is unwell"),
        [2] = (Class.Temporary, "WhatsApp is unwell or too busy"),
        [131000] = (Class.Temporary, "WhatsApp could not send it and does not say why"),
        [131016] = (Class.Temporary, "WhatsApp is unwell"),
        [131057] = (Class.Temporary, "the account is in maintenance"),
        [133004] = (Class.Temporary, "WhatsApp is unwell"),
    }.ToFrozenDictionary();

    /// <summary>Meta names no time to wait. A number that was called spam stays quiet for as long as the worker lets it.</summary>
    private static readonly TimeSpan AfterSpam = TimeSpan.FromHours(1);
    /// <summary>A template is paused for three hours the first time and for six the second: seven tries outlast both.</summary>
    private static readonly TimeSpan UntilTemplateIsCorrected = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenTwoToOne = TimeSpan.FromSeconds(6);

    public static (Class Class, string Words) Of(int code) => Table.TryGetValue(code, out var entry) ? entry : (Class.Temporary, "WhatsApp refused it with a code that is not known here");

    public static bool IsKnown(int code) => Table.ContainsKey(code);

    /// <summary>What a response means that is no success, or is one and holds an error.</summary>
    public static ProviderResult Of(int status, JsonElement? error, TimeSpan? retryAfter, IReadOnlyList<string?> secrets)
    {
        if (Code(error) is not { } code)
        {
            if (status is >= 400 and < 500 and not (408 or 425 or 429))
                ProviderMetrics.UnknownCode(WhatsAppCloudType.TypeName);
            return status switch
            {
                429 => new ProviderResult.Deferred("http_429", "WhatsApp asks to slow down", retryAfter, DeferralCause.Throttled),
                401 or 403 => new ProviderResult.Deferred("credentials_refused", Refused, null, DeferralCause.Credentials),
                404 or 405 => new ProviderResult.Deferred("credentials_address_wrong", "there is no Graph API at the configured baseUrl", null, DeferralCause.Credentials),
                _ => new ProviderResult.Deferred($"http_{status}", $"WhatsApp answered {status}", retryAfter),
            };
        }

        if (!IsKnown(code))
            ProviderMetrics.UnknownCode(WhatsAppCloudType.TypeName);
        var (kind, ours) = code == InvalidParameter && (status == 404 || VendorJson.Number(VendorJson.Member(error, "error_subcode")) == NoSuchObject) ? (Class.Credentials, NoNumber) : Of(code);
        var name = code.ToString(CultureInfo.InvariantCulture);
        var words = Words(ours, error, secrets);
        return kind switch
        {
            Class.Dead => new ProviderResult.Rejected(name, words, RejectionCause.Address),
            Class.Permanent => new ProviderResult.Rejected(name, words),
            Class.OptedOut => new ProviderResult.Rejected(name, words, RejectionCause.OptedOutOfMarketing),
            Class.Region => new ProviderResult.Rejected(name, words, RejectionCause.Provider),
            Class.Throttled => new ProviderResult.Deferred(name, words, retryAfter ?? Wait(code), DeferralCause.Throttled),
            Class.Waits => new ProviderResult.Deferred(name, words, retryAfter ?? Wait(code), DeferralCause.Message),
            Class.Credentials => new ProviderResult.Deferred($"credentials_{name}", words, null, DeferralCause.Credentials),
            _ => new ProviderResult.Deferred(name, words, retryAfter),
        };
    }

    private static TimeSpan? Wait(int code) => code switch
    {
        131048 => AfterSpam,
        131056 => BetweenTwoToOne,
        132001 or 132007 or 132015 or 132016 => UntilTemplateIsCorrected,
        _ => null,
    };

    public static int? Code(JsonElement? error) => VendorJson.Number(VendorJson.Member(error, "code"));

    /// <summary>Our words, and those of Meta's that say more than the title.</summary>
    public static string Words(string ours, JsonElement? error, IReadOnlyList<string?> secrets)
    {
        var theirs = VendorJson.Text(VendorJson.Member(error, "error_data"), "details") ?? VendorJson.Text(error, "message");
        return string.IsNullOrWhiteSpace(theirs) ? ours : $"{ours}: {VendorText.Clean(theirs, secrets)}";
    }
}
