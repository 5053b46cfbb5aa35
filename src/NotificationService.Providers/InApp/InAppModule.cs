using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels;

namespace NotificationService.Providers.InApp;

public static class InAppModule
{
    public static IServiceCollection AddInAppProvider(this IServiceCollection services) => services.AddSingleton<IProviderType, InAppType>();
}

/// <summary>The type <c>in_app</c>, which has nothing to configure.</summary>
public sealed class InAppType : IProviderType
{
    public string Name => ProviderInstances.InAppType;

    public IReadOnlyList<ChannelKind> Channels { get; } = [ChannelKind.InApp];

    public IReadOnlyList<ProviderField> Fields() => [];

    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration) => new SettingsReader(configuration).Errors();

    public IProvider Create(ProviderConfiguration configuration) => new InAppProvider();

    public Task<ProviderTestResult> TestAsync(ProviderConfiguration configuration, CancellationToken cancellationToken) =>
        Task.FromResult(new ProviderTestResult(true, "the inbox is part of the service"));
}
