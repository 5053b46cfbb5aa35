using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;

namespace NotificationService.Providers.Sandbox;

public static class SandboxModule
{
    public static IServiceCollection AddSandboxProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, SandboxType>();
}

/// <summary>The type <c>sandbox</c>, which every channel has and which needs nothing configured.</summary>
public sealed class SandboxType(SandboxMailbox mailbox, ReceiptIntake receipts, TimeProvider time) : IProviderType, IReceiptSource
{
    public string Name => ProviderInstances.SandboxType;

    public IReadOnlyList<ChannelKind> Channels => ChannelKinds.All;

    public string ReceiptPath => Name;

    public string? ReceiptPlace => null;

    public bool ReportsTests => true;

    public IReadOnlyList<ProviderField> Fields()
    {
        var reader = SettingsReader.OfNothing(Name, Channels[0]);
        _ = reader.OptionalSecret(SandboxReceipts.SecretName);
        return reader.Fields;
    }

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        _ = reader.OptionalSecret(SandboxReceipts.SecretName);
        return reader.Errors();
    }

    public IProvider Create(ProviderConfiguration configuration) => new SandboxProvider(configuration, mailbox, receipts, time);

    public ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request, DateTimeOffset now) => SandboxReceipts.Read(configuration, request);

    public Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken) =>
        Task.FromResult(new ProviderTestResult(true, "the sandbox is part of the service"));
}
