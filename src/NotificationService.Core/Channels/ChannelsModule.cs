using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NotificationService.Channels;

public static class ChannelsModule
{
    /// <summary>Providers as tenants configure them, and the directory of the live ones. The vendors themselves are registered by their own project.</summary>
    public static IServiceCollection AddChannels(this IServiceCollection services) => services
        .AddSingleton(provider => Guard(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()))
        .AddSingleton<ProviderTypes>()
        .AddSingleton<ProviderStore>()
        .AddSingleton<ProviderInstances>()
        .AddSingleton<ProviderDirectory>()
        .AddSingleton<ProviderEditor>()
        .AddSingleton<ProvidersSeed>()
        .AddSingleton<SandboxMailbox>();

    private static EndpointGuard Guard(IConfiguration configuration, IHostEnvironment environment) =>
        new(configuration.GetValue("Notification:AllowPrivateEndpoints", environment.IsDevelopment()));
}
