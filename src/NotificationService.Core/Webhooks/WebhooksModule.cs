using Microsoft.Extensions.DependencyInjection;
using NotificationService.Events;
using NotificationService.Outbound;
using NotificationService.Settings;

namespace NotificationService.Webhooks;

public static class WebhooksModule
{
    /// <summary>Customers' endpoints: what people edit, see and ask for, and what calls them.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSettings<WebhookOptions>(WebhookOptions.Section, static options => options.Errors())
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<WebhookCaller>(provider, Guard(provider)))
        .AddSingleton<WebhookEndpointStore>()
        .AddSingleton(WebhookEndpointStore.SealedSecrets)
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<WebhookEndpointEditor>(provider, Guard(provider)))
        .AddSingleton<WebhookLog>()
        .AddSingleton<WebhookCommands>();

    private static EndpointGuard Guard(IServiceProvider provider) => provider.GetRequiredService<EndpointGuard>().With(NameLookups.OfWebhooks);

    /// <summary>What addresses events to endpoints and calls them.</summary>
    public static IServiceCollection AddWebhookWorker(this IServiceCollection services) => services
        .AddSingleton<IEventSink, WebhookFanOut>()
        .AddSingleton<WebhookStore>()
        .AddSingleton<WebhookMetrics>()
        .AddSingleton<WebhookResults>()
        .AddSingleton<EndpointDirectory>()
        .AddSingleton<EndpointLanes>()
        .AddHostedService<WebhookWorker>()
        .AddHostedService<WebhookReplayer>()
        .AddHostedService<WebhookMaintenance>()
        .AddHostedService<WebhookGauges>();
}
