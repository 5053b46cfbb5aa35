using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Channels.Routing;

namespace NotificationService.Channels;

public static class ChannelsModule
{
    /// <summary>Providers as tenants configure them, and the directory of the live ones. The vendors themselves are registered by their own project.</summary>
    public static IServiceCollection AddChannels(this IServiceCollection services) => services
        .AddSingleton(provider => Public(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()))
        .AddSingleton<ProviderTypes>()
        .AddSingleton<ReceiptAddresses>()
        .AddSingleton<ReceiptProviders>()
        .AddSingleton<ProviderStore>()
        .AddSingleton(ProviderStore.SealedCredentials)
        .AddSingleton<ProviderLimiters>()
        .AddSingleton<SuspensionStore>()
        .AddSingleton<ProviderInstances>()
        .AddSingleton<EnabledProviders>()
        .AddSingleton<ProviderDirectory>()
        .AddSingleton<ProviderRouter>()
        .AddSingleton<ProviderEditor>()
        .AddSingleton<ProvidersSeed>()
        .AddSingleton<SandboxMailbox>()
        .AddSingleton<SandboxQueries>();

    /// <summary>In development the address it listens on will do.</summary>
    private static PublicUrl Public(IConfiguration configuration, IHostEnvironment environment) => PublicUrl.Of(
        configuration["Notification:PublicUrl"] ?? (environment.IsDevelopment() ? configuration["urls"]?.Split(';')[0] ?? "http://localhost:8080" : null));
}
