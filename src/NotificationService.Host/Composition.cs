using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Deliveries;
using NotificationService.EventRules;
using NotificationService.Events;
using NotificationService.Host.Api;
using NotificationService.Host.Api.Auth;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.BulkJobs;
using NotificationService.Host.Api.EventRules;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Api.Providers;
using NotificationService.Host.Api.Receipts;
using NotificationService.Host.Api.Templates;
using NotificationService.Host.Api.Webhooks;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Observability;
using NotificationService.Host.OpenApi;
using NotificationService.Kafka;
using NotificationService.Kafka.Intake;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Queueing;
using NotificationService.RateLimits;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Webhooks;

namespace NotificationService.Host;

/// <summary>Which modules this process is made of. One line each; a module's own registrations are in its module.</summary>
public static class Composition
{
    /// <summary>What every command and every role needs.</summary>
    public static IServiceCollection AddNotificationService(this IServiceCollection services, HostSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton(settings.Storage())
        .AddSingleton(TimeProvider.System)
        .AddObservability()
        .AddStorage()
        .AddCredentials()
        .AddOutbound()
        .AddChannels()
        .AddTemplates()
        .AddNotifications()
        .AddBatches()
        .AddBulkJobs()
        .AddEventRules()
        .AddTenants()
        .AddAccounts()
        .AddProviders()
        .AddQueueing()
        .AddRecipients()
        .AddDeliveries()
        .AddWebhooks()
        .AddHttpShell();

    /// <summary>What answers HTTP, and its routes.</summary>
    public static IServiceCollection AddApiRole(this IServiceCollection services) => services
        .AddAuth()
        .AddRateLimits()
        .AddBodies()
        .AddSingleton<ReceiptHandler>()
        .AddSingleton<BatchHandler>()
        .AddSingleton<BulkUploadHandler>()
        .AddOpenApiDocument();

    /// <summary>What works the queue.</summary>
    public static IServiceCollection AddWorkerRole(this IServiceCollection services) => services
        .AddDeliveryWorker()
        .AddEventRelay()
        .AddWebhookWorker()
        .AddBatchMaintenance()
        .AddBulkRunner()
        .AddRetentionPurge()
        .AddSingleton<IRequestReader, RequestReader>();

    /// <summary>Events from Kafka and back to it, where brokers are named.</summary>
    public static IServiceCollection AddEventStreams(this IServiceCollection services, IConfiguration configuration) => services.AddKafka(configuration);

    /// <summary>Routes of every role.</summary>
    public static WebApplication MapSystem(this WebApplication app)
    {
        app.UseManagementPort();
        app.UseHttpShell();
        app.MapSystemApi();
        return app;
    }

    /// <summary>Routes of the API role.</summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        app.MapNotifications();
        app.MapBatches();
        app.MapBulkJobs();
        app.MapDeadLetters();
        app.MapTemplates();
        app.MapOpenApiDocument();
        app.MapOAuth();
        app.MapAuth();
        app.MapServiceAccounts();
        app.MapProviders();
        app.MapSandbox();
        app.MapReceipts();
        app.MapSuppressions();
        app.MapEventRules();
        app.MapWebhookEndpoints();
        app.MapWebhookDeliveries();
        return app;
    }
}
