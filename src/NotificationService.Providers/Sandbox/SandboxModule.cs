using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;

namespace NotificationService.Providers.Sandbox;

public static class SandboxModule
{
    public static IServiceCollection AddSandboxProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, SandboxType>();
}

/// <summary>The type <c>sandbox</c>, which every channel has and which has nothing to configure.</summary>
public sealed class SandboxType(SandboxMailbox mailbox, TimeProvider time) : IProviderType
{
    public string Name => ProviderInstances.SandboxType;

    public IReadOnlyList<ChannelKind> Channels => ChannelKinds.All;

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration) => new SettingsReader(configuration).Errors();

    public IProvider Create(ProviderConfiguration configuration) => new SandboxProvider(configuration, mailbox, time);

    public Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken) =>
        Task.FromResult(new ProviderTestResult(true, "the sandbox is part of the service"));
}
