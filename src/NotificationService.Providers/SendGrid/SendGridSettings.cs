using System.Security.Cryptography;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.SendGrid;

/// <summary>A SendGrid account as a tenant configured it.</summary>
/// <param name="WebhookPublicKey">The key of its signed events, as SendGrid shows it: base64 of a SubjectPublicKeyInfo. Null: it reports nothing.</param>
/// <param name="PreviousWebhookPublicKey">The one before, by which events may still be signed while it is replaced.</param>
/// <param name="Categories">Those that every message gets besides its own.</param>
internal sealed record SendGridSettings(
    string ApiKey, string? WebhookPublicKey, string? PreviousWebhookPublicKey, EmailAddress From, EmailAddress? ReplyTo, IReadOnlyList<string> Categories, ListUnsubscribe? Unsubscribe, Uri BaseUrl)
{
    public const int MaxCategories = 10;
    public const int LongestCategory = 255;
    public const string CurrentKey = "webhookPublicKey", PreviousKey = "previousWebhookPublicKey";
    private const int LongestKey = 1000;

    private static readonly Uri Default = new("https://api.sendgrid.com/");

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "SendGrid settings";

    public static SendGridSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader, guard);
        errors = reader.Errors();
        return settings;
    }

    /// <summary>Every field, whatever the others say: they are what the type is described by.</summary>
    internal static SendGridSettings Read(SettingsReader reader, EndpointGuard guard)
    {
        var settings = new SendGridSettings(
            reader.RequiredToken("apiKey"),
            reader.OptionalSecret(CurrentKey),
            reader.OptionalSecret(PreviousKey),
            reader.Mailbox("from", required: true) ?? new EmailAddress(""),
            reader.Mailbox("replyTo"),
            reader.Texts("categories", MaxCategories - 1, LongestCategory), // one is the message's own
            ListUnsubscribe.Read(reader),
            reader.BaseUrl(Default, guard));
        foreach (var (name, text) in ((string, string?)[])[(CurrentKey, settings.WebhookPublicKey), (PreviousKey, settings.PreviousWebhookPublicKey)])
        {
            using var key = text is null ? null : Key(text);
            if (text is not null && key is null)
                reader.Add($"/credentials/{name}", "invalid", "must be the verification key of the signed event webhook as SendGrid shows it: base64 of an ECDSA P-256 public key");
        }

        return settings;
    }

    /// <summary>Null when the text is no such key.</summary>
    public static ECDsa? Key(string text)
    {
        var bytes = new byte[LongestKey];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
            return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(bytes.AsSpan(0, length), out var read);
            if (read == length && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return key;
        }
        catch (CryptographicException)
        {
            // No key, or none that this platform knows.
        }

        key.Dispose();
        return null;
    }
}
