using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace NotificationService.Testing.FakeProviders;

/// <summary>
/// Google's FCM HTTP v1 API and the OAuth endpoint of its service accounts. What becomes of a message is written in its
/// device token: <c>dead…</c> is not registered, <c>other…</c> belongs to another project, <c>wrong…</c> is none.
/// </summary>
public sealed partial class FcmContract : FakeContract, IDisposable
{
    public const string Project = "shop-1234";
    public const string Email = "pusher@shop-1234.iam.gserviceaccount.com";
    public const string KeyId = "0123456789abcdef";

    private const string TokenPrefix = "ya29.a-token-that-nobody-may-see-";
    private const long LongestLife = 2_419_200;
    private static readonly string[] ReservedData = ["from", "message_type"];

    private readonly RSA key = RSA.Create(2048);
    private readonly ConcurrentQueue<FakeResponse> tokenResponses = new();
    private readonly ConcurrentQueue<FakeCall> tokenCalls = new();
    private readonly ConcurrentQueue<FakeCall> validated = new();
    private readonly ConcurrentDictionary<string, bool> issued = new();
    private int tokens;

    /// <summary>Requests for an access token, as they came.</summary>
    public IReadOnlyList<FakeCall> TokenCalls => [.. tokenCalls];

    /// <summary>Messages that were only to be checked.</summary>
    public IReadOnlyList<FakeCall> Validated => [.. validated];

    public int TokenLifetime { get; set; } = 3599;

    /// <summary>The access token that is given out first.</summary>
    public static string FirstToken => $"{TokenPrefix}1";

    public string PrivateKey => key.ExportPkcs8PrivateKeyPem();

    /// <summary>The file that Google gives for the service account.</summary>
    public string ServiceAccountJson(Uri tokenUri) => JsonSerializer.Serialize(new
    {
        type = "service_account",
        project_id = Project,
        private_key_id = KeyId,
        private_key = PrivateKey,
        client_email = Email,
        client_id = "1",
        auth_uri = "https://accounts.google.com/o/oauth2/auth",
        token_uri = tokenUri.AbsoluteUri,
    });

    /// <summary>The next requests for a token get these.</summary>
    public void ScriptTokens(params ReadOnlySpan<FakeResponse> responses)
    {
        foreach (var response in responses)
            tokenResponses.Enqueue(response);
    }

    /// <summary>Takes every token back that was given out.</summary>
    public void Revoke() => issued.Clear();

    public override bool IsSend(FakeCall call) => IsMessage(call) && !OnlyChecked(call);

    public override (string Delivery, int Attempt) IdsOf(FakeCall call) => (Text(Get(Get(Message(call), "data"), "deliveryId")) ?? "", 0);

    public override FakeResponse? Refusal(FakeCall call)
    {
        if (!call.Path.EndsWith($"/v1/projects/{Project}/messages:send", StringComparison.Ordinal))
            return Error(404, "NOT_FOUND", null, "Requested entity was not found.");
        if (!call.Headers.TryGetValue("Content-Type", out var type) || !type.StartsWith("application/json", StringComparison.Ordinal) || Parse(call.Body) is not { ValueKind: JsonValueKind.Object } body)
            return Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Invalid JSON payload received.");
        return (FcmSchema.Broken(body) ?? BrokenMessage(Get(body, "message"))) is { } broken ? Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", broken) : null;
    }

    public override FakeResponse Accept(FakeCall call)
    {
        if (!IsSignedIn(call))
            return Error(401, "UNAUTHENTICATED", null, "Request had invalid authentication credentials. Expected OAuth 2 access token.");
        return Text(Get(Message(call), "token")) switch
        {
            { } token when token.StartsWith("dead", StringComparison.Ordinal) => Error(404, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found."),
            { } token when token.StartsWith("other", StringComparison.Ordinal) => Error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "SenderId mismatch"),
            { } token when token.StartsWith("wrong", StringComparison.Ordinal) => Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"),
            { } token when token.StartsWith("busy", StringComparison.Ordinal) => Error(503, "UNAVAILABLE", "UNAVAILABLE", "The service is currently unavailable."),
            _ => FakeResponse.Status(200, JsonSerializer.Serialize(new { name = $"projects/{Project}/messages/fake-{call.Number}" })),
        };
    }

    public override FakeResponse Ask(FakeCall call)
    {
        if (IsMessage(call))
        {
            validated.Enqueue(call);
            return Refusal(call) ?? (Text(Get(Message(call), "token")) == "configuration-test" && IsSignedIn(call)
                ? Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token")
                : Accept(call));
        }

        if (!call.Path.EndsWith("/token", StringComparison.Ordinal))
            return FakeResponse.Status(404, "<html>Not Found</html>");
        tokenCalls.Enqueue(call);
        if (tokenResponses.TryDequeue(out var scripted))
            return scripted;
        if (BrokenAssertion(call) is { } broken)
            return TokenError(400, "invalid_grant", broken);
        var token = $"{TokenPrefix}{Interlocked.Increment(ref tokens)}";
        issued[token] = true;
        return FakeResponse.Status(200, JsonSerializer.Serialize(new { access_token = token, expires_in = TokenLifetime, token_type = "Bearer" }), ("Content-Type", "application/json"));
    }

    public static FakeResponse TokenError(int status, string error, string description) =>
        FakeResponse.Status(status, JsonSerializer.Serialize(new { error, error_description = description }), ("Content-Type", "application/json"));

    public static FakeResponse Error(int status, string name, string? errorCode, string message, params (string Name, string Value)[] headers) => FakeResponse.Status(
        status,
        JsonSerializer.Serialize(new
        {
            error = new
            {
                code = status,
                message,
                status = name,
                details = errorCode is null ? [] : new[] { new Dictionary<string, string> { ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError", ["errorCode"] = errorCode } },
            },
        }),
        headers);

    /// <summary>What stands in the assertion of a request for a token.</summary>
    public static JsonElement Claims(FakeCall tokenCall) => JsonElement.Parse(Decoded(Assertion(tokenCall).Split('.')[1]));

    public void Dispose() => key.Dispose();

    private static bool IsMessage(FakeCall call) => call.Method == "POST" && call.Path.Contains("messages:send", StringComparison.Ordinal);

    private static bool OnlyChecked(FakeCall call) => Get(Parse(call.Body), "validateOnly") is { ValueKind: JsonValueKind.True };

    private static JsonElement? Message(FakeCall call) => Get(Parse(call.Body), "message");

    private bool IsSignedIn(FakeCall call) => call.Headers.TryGetValue("Authorization", out var header)
        && AuthenticationHeaderValue.TryParse(header, out var parsed) && parsed is { Scheme: "Bearer", Parameter: { } token } && issued.ContainsKey(token);

    private static string Assertion(FakeCall call) => HttpUtility.ParseQueryString(call.Body).Get("assertion") ?? "";

    /// <summary>As Google checks the assertion of RFC 7523: form, signature, issuer, scope, audience and times.</summary>
    private string? BrokenAssertion(FakeCall call)
    {
        var form = HttpUtility.ParseQueryString(call.Body);
        if (call.Method != "POST" || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer")
            return "Unsupported grant type";
        if (Assertion(call).Split('.') is not [var header, var claims, var signature])
            return "Invalid JWT";
        if (!key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{claims}"), Bytes(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return "Invalid JWT Signature.";
        if (JsonElement.Parse(Decoded(header)) is var head && (Text(Get(head, "alg")) != "RS256" || Text(Get(head, "kid")) != KeyId))
            return "Invalid JWT header";
        var claim = JsonElement.Parse(Decoded(claims));
        if (Text(Get(claim, "iss")) != Email)
            return "Invalid grant: account not found";
        if (Text(Get(claim, "scope"))?.Split(' ').Contains("https://www.googleapis.com/auth/firebase.messaging") != true)
            return "Invalid OAuth scope";
        // Google's own libraries name Google here, whichever address the file gives.
        if (Text(Get(claim, "aud")) != "https://oauth2.googleapis.com/token")
            return "Invalid JWT audience";
        var (from, to) = (Get(claim, "iat")?.GetInt64(), Get(claim, "exp")?.GetInt64());
        return from is null || to is null || to - from is <= 0 or > 3600 ? "Token must be a short-lived token (60 minutes)" : null;
    }

    private static string? BrokenMessage(JsonElement? message)
    {
        if (string.IsNullOrEmpty(Text(Get(message, "token"))))
            return "Recipient of the message is not set.";
        if (Get(message, "topic") is not null || Get(message, "condition") is not null)
            return "Invalid value (oneof), oneof field 'target' is already set. Cannot set another.";
        if (Get(message, "data") is { } data && data.EnumerateObject().Select(entry => entry.Name).FirstOrDefault(key => ReservedData.Contains(key) || Reserved().IsMatch(key)) is { } name)
            return $"Invalid data payload key: {name}";
        if (Text(Get(Get(message, "fcmOptions"), "analyticsLabel")) is { } label && !Label().IsMatch(label))
            return "Invalid analytics label";
        if (Text(Get(Get(Get(message, "webpush"), "fcmOptions"), "link")) is { } link && !link.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return "Webpush link must be HTTPS";
        if (Text(Get(Get(Get(message, "apns"), "headers"), "apns-collapse-id")) is { } collapse && Encoding.UTF8.GetByteCount(collapse) > 64)
            return "Invalid apns-collapse-id";
        if (BrokenHeaders(Get(Get(message, "apns"), "headers"), Get(Get(message, "webpush"), "headers")) is { } header)
            return $"Invalid value of the header {header}";
        var size = (Get(message, "notification")?.GetRawText() ?? "") + (Get(message, "data")?.GetRawText() ?? "");
        return Encoding.UTF8.GetByteCount(size) > 4096 ? "Android message is too big" : null;
    }

    /// <summary>What Apple (its provider API) and the browsers' push services (RFC 8030) take.</summary>
    private static string? BrokenHeaders(JsonElement? apple, JsonElement? web)
    {
        if (Text(Get(apple, "apns-priority")) is not ("10" or "5" or "1" or null))
            return "apns-priority";
        if (Text(Get(apple, "apns-push-type")) is not ("alert" or "background" or null))
            return "apns-push-type";
        if (Text(Get(apple, "apns-expiration")) is { } end && !Digits().IsMatch(end))
            return "apns-expiration";
        if (Text(Get(web, "Urgency")) is not ("very-low" or "low" or "normal" or "high" or null))
            return "Urgency";
        return Text(Get(web, "TTL")) is not { } life || (Digits().IsMatch(life) && long.Parse(life, System.Globalization.CultureInfo.InvariantCulture) <= LongestLife) ? null : "TTL";
    }

    private static byte[] Bytes(string base64Url) => Convert.FromBase64String(base64Url.Replace('-', '+').Replace('_', '/').PadRight((base64Url.Length + 3) / 4 * 4, '='));

    private static string Decoded(string base64Url) => Encoding.UTF8.GetString(Bytes(base64Url));

    [GeneratedRegex(@"^\d{1,12}\z")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^(google\.|gcm\.notification\.)")]
    private static partial Regex Reserved();

    [GeneratedRegex(@"^[a-zA-Z0-9\-_.~%]{1,50}\z")]
    private static partial Regex Label();
}
