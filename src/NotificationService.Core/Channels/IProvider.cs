using NotificationService.Deliveries;

namespace NotificationService.Channels;

/// <summary>
/// The provider port: one configured account of one vendor. An instance lives as long as its configuration and is
/// called by many deliveries at once.
/// </summary>
public interface IProvider
{
    /// <summary>
    /// Hands one message over, in one call to the vendor. Never retries, never follows redirects, holds no database
    /// connection, and ends within <see cref="ProviderCall.Deadline"/> in all, connecting and reading the response included.
    /// Every outcome that a vendor or a network can produce is a <see cref="ProviderResult"/>; once the first byte of
    /// the request has been written, anything short of a usable response is <see cref="ProviderResult.Ambiguous"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled before the request was written.</exception>
    Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken);
}

/// <summary>One call: what to hand over and the ids to carry along.</summary>
/// <param name="Delivery">Our id, which the provider is asked to echo (SendGrid <c>custom_args</c>, SMTP <c>Message-ID</c>).</param>
/// <param name="Attempt">1 for the first call for this delivery.</param>
/// <param name="Message">The rendered message.</param>
/// <param name="Category">The caller's category, at most 64 characters, or null.</param>
/// <param name="Priority">How urgent it is, for vendors that distinguish urgent messages from others.</param>
/// <param name="ExpiresAt">From when on nobody wants it any more, for vendors that can drop it then; null when it does not age.</param>
/// <param name="Deadline">How long the call may take in all.</param>
public sealed record ProviderCall(
    DeliveryId Delivery, int Attempt, ChannelMessage Message, string? Category, Priority Priority, DateTimeOffset? ExpiresAt, TimeSpan Deadline)
{
    /// <summary>Where the recipient of marketing may leave it with one click, at this service; null for everything else, and where the service does not know its own address.</summary>
    public string? UnsubscribeUrl { get; init; }
}

/// <summary>A vendor: what it can send, what its configuration must hold, and how an <see cref="IProvider"/> is made of it.</summary>
public interface IProviderType
{
    /// <summary>The name in the configuration: <c>sendgrid</c>, <c>smtp</c>, <c>sandbox</c> …</summary>
    string Name { get; }

    IReadOnlyList<ChannelKind> Channels { get; }

    /// <summary>What its configuration has, in the order in which somebody would fill it in. What is not among them is refused.</summary>
    IReadOnlyList<ProviderField> Fields();

    /// <summary>Says everything that is wrong with a configuration; empty when it can be used.</summary>
    IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration);

    /// <summary>Makes a provider of a configuration that <see cref="Validate"/> had nothing against.</summary>
    IProvider Create(ProviderConfiguration configuration);

    /// <summary>Asks the vendor whether the configuration works, without sending to anyone, and says in plain words what is wrong.</summary>
    Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken);
}

/// <summary>What a tenant configured, credentials decrypted. Lives in memory only.</summary>
/// <param name="Credentials">Secret strings by field name.</param>
/// <param name="Settings">The <c>settings</c> object as the tenant wrote it.</param>
public sealed record ProviderConfiguration(
    Guid Id,
    Tenants.TenantId Tenant,
    ChannelKind Channel,
    string Type,
    string Name,
    IReadOnlyDictionary<string, string> Credentials,
    System.Text.Json.JsonElement Settings)
{
    /// <summary>Where the vendor shall report what became of a message; null when it does not, or when the service has no public address.</summary>
    public Uri? ReceiptUrl { get; init; }

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => $"provider {Id} ({Type})";
}

/// <param name="Pointer">A JSON Pointer into the configuration, such as <c>/credentials/apiKey</c>.</param>
public sealed record ProviderConfigurationError(string Pointer, string Code, string Message);

public sealed record ProviderTestResult(bool Ok, string Message);
