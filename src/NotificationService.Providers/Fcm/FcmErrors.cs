using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Fcm;

/// <summary>What Google's error answers mean for a message to one device token.</summary>
internal static partial class FcmErrors
{
    /// <summary>The access token was not taken: another may be.</summary>
    public const string Unauthenticated = "credentials_refused";

    public const string OfAnotherProject = "SENDER_ID_MISMATCH";

    private static readonly TimeSpan UntilKeyIsCorrected = TimeSpan.FromHours(1);

    /// <summary>What Google's documents ask for where a response names no time.</summary>
    private static readonly TimeSpan BetweenTwoToOne = TimeSpan.FromMinutes(1);

    /// <summary>The parts of <c>{"error":{code,message,status,details:[…]}}</c> that decide.</summary>
    private sealed record Refusal(string? ErrorCode, string? Status, string Message, bool AboutToken, bool OfDevice, TimeSpan? Delay);

    private static readonly Refusal Unreadable = new(null, null, "", false, false, null);

    public static ProviderResult Of(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter, IReadOnlyList<string?> secrets)
    {
        var refusal = Read(body, secrets);
        var wait = retryAfter ?? refusal.Delay;
        return (refusal.ErrorCode ?? refusal.Status) switch
        {
            "UNREGISTERED" => Dead("UNREGISTERED", "the app was removed from the device, or its token replaced"),
            OfAnotherProject => new ProviderResult.Rejected(OfAnotherProject, "the device token belongs to another Firebase project", RejectionCause.Provider),
            "INVALID_ARGUMENT" when refusal.AboutToken => Dead("INVALID_ARGUMENT", "the device token is not one of Firebase's"),
            "INVALID_ARGUMENT" => new ProviderResult.Rejected("INVALID_ARGUMENT", Words("Google refused the message", refusal)),
            "QUOTA_EXCEEDED" or "RESOURCE_EXHAUSTED" when refusal.OfDevice =>
                new ProviderResult.Deferred("QUOTA_EXCEEDED", Words("too many messages to this device within a short time", refusal), wait ?? BetweenTwoToOne, DeferralCause.Message),
            "QUOTA_EXCEEDED" or "RESOURCE_EXHAUSTED" =>
                new ProviderResult.Deferred("QUOTA_EXCEEDED", Words("Google asks to slow down", refusal), wait, DeferralCause.Throttled),
            "UNAVAILABLE" or "INTERNAL" or "DEADLINE_EXCEEDED" or "ABORTED" =>
                new ProviderResult.Deferred(refusal.ErrorCode ?? refusal.Status ?? "", Words("Firebase is unwell", refusal), wait),
            // Android devices need no such key: one odd token must not stop them.
            "THIRD_PARTY_AUTH_ERROR" => new ProviderResult.Deferred(
                "THIRD_PARTY_AUTH_ERROR",
                Words("Apple or the browser's push service refused the project's key: upload a valid APNs key or web push certificate in the Firebase console", refusal),
                wait ?? UntilKeyIsCorrected, DeferralCause.Message),
            "UNAUTHENTICATED" => Credentials(Unauthenticated, "Google did not take the access token of the service account", refusal),
            "PERMISSION_DENIED" => Credentials("credentials_forbidden", "the service account may not send for this project, or the Firebase Cloud Messaging API is off there", refusal),
            _ when status is 404 or 405 && refusal.ErrorCode is null =>
                Credentials("credentials_address_wrong", "Firebase knows no such project, or there is no Firebase at the configured baseUrl", refusal),
            _ => Other(status, refusal, wait),
        };
    }

    /// <summary>Google refused a token for the service account, or could not give one.</summary>
    public static FcmAccess.Denied OfToken(int status, string? error, string? description, IReadOnlyList<string?> secrets)
    {
        // The assertion it was asked with, signed and good for an hour, may be quoted.
        var words = VendorText.Clean(LongWord().Replace($"{error} {description}", "[…]"), secrets);
        return new(status switch
        {
            429 => new ProviderResult.Deferred("token_http_429", "Google asks to slow down with access tokens", null, DeferralCause.Throttled),
            400 or 401 or 403 => new ProviderResult.Deferred(
                "credentials_service_account", $"Google gave the service account no access token: its key was revoked, or the clock here is wrong ({words})", null, DeferralCause.Credentials),
            _ => new ProviderResult.Deferred(status == 0 ? "token_malformed" : $"token_http_{status}", "Google gave no access token"),
        });
    }

    /// <summary>Nothing but a status: a proxy's words, HTML, or a code of later than this table.</summary>
    private static ProviderResult.Deferred Other(int status, Refusal refusal, TimeSpan? wait)
    {
        if (refusal.ErrorCode is not null || status is >= 400 and < 500 and not (408 or 425 or 429))
            ProviderMetrics.UnknownCode(FcmType.TypeName);
        return status switch
        {
            429 => new ProviderResult.Deferred("http_429", Words("Google asks to slow down", refusal), wait, DeferralCause.Throttled),
            _ => new ProviderResult.Deferred($"http_{status}", Words($"Firebase answered {status}", refusal), wait),
        };
    }

    private static ProviderResult.Rejected Dead(string code, string message) => new(code, message, RejectionCause.Address);

    private static ProviderResult.Deferred Credentials(string code, string message, Refusal refusal) =>
        new(code, Words(message, refusal), null, DeferralCause.Credentials);

    private static string Words(string ours, Refusal refusal) => refusal.Message.Length == 0 ? ours : $"{ours}: {refusal.Message}";

    private static Refusal Read(ReadOnlyMemory<byte> body, IReadOnlyList<string?> secrets)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Member(document.RootElement, "error") is not { ValueKind: JsonValueKind.Object } error)
                return Unreadable;
            var message = Text(error, "message") ?? "";
            var (code, delay) = (default(string), default(TimeSpan?));
            var (aboutToken, ofDevice) = (message.Contains("registration token is not a valid", StringComparison.OrdinalIgnoreCase), NamesDevice(message));
            if (Member(error, "details") is { ValueKind: JsonValueKind.Array } details)
            {
                foreach (var detail in details.EnumerateArray())
                {
                    code ??= Text(detail, "errorCode");
                    delay ??= Delay(Text(detail, "retryDelay"));
                    aboutToken |= Items(detail, "fieldViolations").Any(violation => Text(violation, "field") == "message.token");
                    ofDevice |= Items(detail, "violations").Any(violation => NamesDevice(Text(violation, "subject")) || NamesDevice(Text(violation, "description")));
                }
            }

            return new Refusal(code, Text(error, "status"), VendorText.Clean(message, secrets), aboutToken, ofDevice, delay);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Unreadable; // HTML, half a response, or a string that is no text
        }
    }

    /// <summary>Google has quotas for a project and for one device, and only its words show which was hit.</summary>
    private static bool NamesDevice(string? words) => words?.Contains("device", StringComparison.OrdinalIgnoreCase) == true;

    private static JsonElement.ArrayEnumerator Items(JsonElement value, string name) =>
        Member(value, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;

    /// <summary>Seconds as <c>30s</c> or <c>1.5s</c>.</summary>
    private static TimeSpan? Delay(string? text) =>
        text is [.., 's'] && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 86_400
            ? TimeSpan.FromSeconds(Math.Min(seconds, RetryAfter.Longest.TotalSeconds))
            : null;

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement value, string name) =>
        Member(value, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    [GeneratedRegex(@"\S{40,}", RegexOptions.None, 1000)]
    private static partial Regex LongWord();
}
