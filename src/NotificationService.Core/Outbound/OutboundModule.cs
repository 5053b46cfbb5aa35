using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NotificationService.Outbound;

public static class OutboundModule
{
    /// <summary>What keeps every connection that a tenant's configuration causes out of the network the service runs in.</summary>
    public static IServiceCollection AddOutbound(this IServiceCollection services) => services
        .AddSingleton(provider => Guard(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()));

    private static EndpointGuard Guard(IConfiguration configuration, IHostEnvironment environment) =>
        new(configuration.GetValue("Notification:AllowPrivateEndpoints", environment.IsDevelopment()));
}
