using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Webhooks;

public static class WebhooksModule
{
    /// <summary>Customers' endpoints: what calls them.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<IConfiguration>().GetSection(WebhookOptions.Section).Get<WebhookOptions>() ?? new WebhookOptions())
        .AddSingleton<WebhookCaller>();
}
