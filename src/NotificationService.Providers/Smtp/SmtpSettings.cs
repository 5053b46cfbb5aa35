using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>An SMTP server as a tenant configured it.</summary>
/// <param name="StartTls">Refuses to go on without TLS.</param>
internal sealed record SmtpSettings(string Host, int Port, bool StartTls, string? Username, string? Password, EmailAddress From, EmailAddress? ReplyTo)
{
    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "SMTP settings";

    public static SmtpSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var host = reader.Text("host", required: true) ?? "";
        var port = reader.Number("port", 587, 1, 65535);
        var tls = reader.OneOf("tls", "required", "none", "starttls", "required");
        var settings = new SmtpSettings(
            host, port, tls != "none", reader.OptionalSecret("username"), reader.OptionalSecret("password"),
            reader.Mailbox("from", required: true) ?? new EmailAddress(""), reader.Mailbox("replyTo"));
        if (host.Length > 0 && Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown)
            reader.Add("/settings/host", "host_invalid", "must be a host name or an IP address");
        else if (host.Length > 0 && guard.RefusalOfName(host) is { } refusal)
            reader.Add("/settings/host", "url_address_forbidden", refusal);
        if (port == 465)
            reader.Add("/settings/port", "tls_unsupported", "TLS from the first byte (port 465) is not supported; use STARTTLS, usually on port 587");
        if (settings.Username is null != settings.Password is null)
            reader.Add(settings.Username is null ? "/credentials/username" : "/credentials/password", "required", "username and password are given together");
        errors = reader.Errors();
        return settings;
    }
}
