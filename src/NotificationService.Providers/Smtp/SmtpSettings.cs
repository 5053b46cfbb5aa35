using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>An SMTP server as a tenant configured it.</summary>
/// <param name="Tls">Whether the conversation must be encrypted; there is no "if the server offers it", which anybody in between could talk us out of.</param>
internal sealed record SmtpSettings(string Host, int Port, bool Tls, string? Username, string? Password, EmailAddress From, EmailAddress? ReplyTo, ListUnsubscribe? Unsubscribe)
{
    /// <summary>Where TLS begins with the first byte instead of by STARTTLS (RFC 8314).</summary>
    private const int ImplicitTlsPort = 465;

    public bool ImplicitTls => Tls && Port == ImplicitTlsPort;

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "SMTP settings";

    public static SmtpSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader, guard);
        errors = reader.Errors();
        return settings;
    }

    /// <summary>Every field, whatever the others say: they are what the type is described by.</summary>
    internal static SmtpSettings Read(SettingsReader reader, EndpointGuard guard)
    {
        var host = reader.Text("host", required: true) ?? "";
        var port = reader.Number("port", 587, 1, 65535);
        var tls = reader.OneOf("tls", "required", "none", "starttls", "required");
        var settings = new SmtpSettings(
            host, port, tls != "none", reader.OptionalSecret("username"), reader.OptionalSecret("password"),
            reader.Mailbox("from", required: true) ?? new EmailAddress(""), reader.Mailbox("replyTo"), ListUnsubscribe.Read(reader));
        if (host.Length > 0 && Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown)
            reader.Add("/settings/host", "host_invalid", "must be a host name or an IP address");
        else if (host.Length > 0 && guard.RefusalOfName(host) is { } refusal)
            reader.Add("/settings/host", "url_address_forbidden", refusal);
        if (port == ImplicitTlsPort && tls == "starttls")
            reader.Add("/settings/tls", "tls_unsupported", "port 465 speaks TLS from the first byte: choose required");
        if (settings.Username is null != settings.Password is null)
            reader.Add(settings.Username is null ? "/credentials/username" : "/credentials/password", "required", "username and password are given together");
        return settings;
    }
}
