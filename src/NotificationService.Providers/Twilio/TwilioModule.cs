using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Twilio;

public static class TwilioModule
{
    public static IServiceCollection AddTwilioProviders(this IServiceCollection services) => services
        .AddSingleton<IProviderType>(provider => Type(provider, ChannelKind.Sms))
        .AddSingleton<IProviderType>(provider => Type(provider, ChannelKind.WhatsApp));

    private static TwilioType Type(IServiceProvider provider, ChannelKind channel) => new(
        channel, provider.GetRequiredService<EndpointGuard>(), provider.GetRequiredService<ProviderOptions>(), provider.GetRequiredService<TimeProvider>());
}

/// <summary>The types <c>twilio</c> and <c>twilio_whatsapp</c>: one API, two kinds of address.</summary>
public sealed class TwilioType(ChannelKind channel, EndpointGuard guard, ProviderOptions options, TimeProvider time) : IProviderType, IReceiptSource
{
    internal const string Sms = "twilio", WhatsApp = "twilio_whatsapp";

    public string Name { get; } = channel == ChannelKind.WhatsApp ? WhatsApp : Sms;

    public IReadOnlyList<ChannelKind> Channels { get; } = [channel];

    public string ReceiptPath => "twilio";

    public string? ReceiptPlace => channel == ChannelKind.WhatsApp ? "Twilio › WhatsApp senders › Webhook URL for incoming messages" : "Twilio › Phone Numbers › A message comes in (HTTP POST)";

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = TwilioSettings.Read(reader, channel, guard);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        TwilioSettings.Read(configuration, channel, guard, out var errors);
        return errors;
    }

    public IProvider Create(ProviderConfiguration configuration) =>
        new TwilioProvider(Name, TwilioSettings.Read(configuration, channel, guard, out _), new ProviderHttp(guard, options), time);

    /// <summary>Looks at the account and at the number that is to be sent from.</summary>
    public async Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken)
    {
        var settings = TwilioSettings.Read(configuration, channel, guard, out var errors);
        if (errors.Count > 0)
            return new ProviderTestResult(false, $"{errors[0].Pointer} {errors[0].Message}");
        using var http = new ProviderHttp(guard, options);
        return await new TwilioAccount(settings, http).TestAsync(cancellationToken);
    }

    public ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request, DateTimeOffset now) =>
        TwilioReceipts.Read(Name, TwilioSettings.Read(configuration, channel, guard, out _), request, now);
}
