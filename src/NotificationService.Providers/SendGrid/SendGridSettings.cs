using NotificationService.Channels;

namespace NotificationService.Providers.SendGrid;

/// <summary>A SendGrid account as a tenant configured it.</summary>
internal sealed record SendGridSettings(string ApiKey, string? WebhookPublicKey, EmailAddress From, EmailAddress? ReplyTo, Uri BaseUrl)
{
    private static readonly Uri Default = new("https://api.sendgrid.com/");

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "SendGrid settings";

    public static SendGridSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = new SendGridSettings(
            reader.RequiredToken("apiKey"),
            reader.OptionalSecret("webhookPublicKey"),
            reader.Mailbox("from", required: true) ?? new EmailAddress(""),
            reader.Mailbox("replyTo"),
            reader.BaseUrl(Default, guard));
        errors = reader.Errors();
        return settings;
    }
}
