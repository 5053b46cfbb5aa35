using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Deliveries;
using NotificationService.Erasure;
using NotificationService.EventRules;
using NotificationService.Events;
using NotificationService.Host.Api;
using NotificationService.Host.Api.Audit;
using NotificationService.Host.Api.Auth;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.BulkJobs;
using NotificationService.Host.Api.Categories;
using NotificationService.Host.Api.EventRules;
using NotificationService.Host.Api.Inbox;
using NotificationService.Host.Api.Ledger;
using NotificationService.Host.Api.Lookups;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Api.Preferences;
using NotificationService.Host.Api.Providers;
using NotificationService.Host.Api.Realtime;
using NotificationService.Host.Api.Receipts;
using NotificationService.Host.Api.Recipients;
using NotificationService.Host.Api.Templates;
using NotificationService.Host.Api.Tenants;
using NotificationService.Host.Api.Topics;
using NotificationService.Host.Api.Users;
using NotificationService.Host.Api.Webhooks;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Observability;
using NotificationService.Host.OpenApi;
using NotificationService.Host.Pages;
using NotificationService.Inbox;
using NotificationService.Kafka;
using NotificationService.Kafka.Intake;
using NotificationService.Ledger;
using NotificationService.Lookups;
using NotificationService.Notices;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Queueing;
using NotificationService.Quotas;
using NotificationService.RateLimits;
using NotificationService.Realtime;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Topics;
using NotificationService.Users;
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
        .AddQuotas()
        .AddNotifications()
        .AddBatches()
        .AddLedger()
        .AddBulkJobs()
        .AddEventRules()
        .AddNotices()
        .AddTenants()
        .AddErasure()
        .AddLookups()
        .AddCategories()
        .AddUsers()
        .AddAccounts()
        .AddProviders()
        .AddQueueing()
        .AddRecipients()
        .AddTopics()
        .AddInbox()
        .AddRealtime()
        .AddDeliveries()
        .AddWebhooks()
        .AddHttpShell();

    /// <summary>What answers HTTP, and its routes.</summary>
    public static IServiceCollection AddApiRole(this IServiceCollection services) => services
        .AddAuth()
        .AddSignInRecords()
        .AddRateLimits()
        .AddQuotaMaintenance()
        .AddBodies()
        .AddSingleton<ReceiptHandler>()
        .AddSingleton<BatchHandler>()
        .AddSingleton<TopicSendHandler>()
        .AddSingleton<CallerRates>()
        .AddSingleton<ItemRates>()
        .AddRealtimeListener()
        .AddStreams()
        .AddNotificationsHub()
        .AddSingleton<BulkUploadHandler>()
        .AddSingleton<TenantExportPlaces>()
        .AddPages()
        .AddOpenApiDocument();

    /// <summary>What works the queue.</summary>
    public static IServiceCollection AddWorkerRole(this IServiceCollection services) => services
        .AddDeliveryWorker()
        .AddInboxMaintenance()
        .AddRealtimeMaintenance()
        .AddEventRelay()
        .AddWebhookWorker()
        .AddBatchMaintenance()
        .AddLedgerMaintenance()
        .AddBulkRunner()
        .AddUserImports()
        .AddNoticeWorker()
        .AddRetentionPurge()
        .AddQuotaMaintenance()
        .AddTenantEraser()
        .AddRecipientEraser()
        .AddTopicWorker()
        .AddFilteredCanceller()
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
        app.MapFilteredCancels();
        app.MapBatches();
        app.MapLedger();
        app.MapBulkJobs();
        app.MapDeadLetters();
        app.MapTemplates();
        app.MapFragments();
        app.MapOpenApiDocument();
        app.MapOAuth();
        app.MapAuth();
        app.MapAccounts();
        app.MapTotp();
        app.MapServiceAccounts();
        app.MapTenant();
        app.MapTenants();
        app.MapAuditLog();
        app.MapTenantErasures();
        app.MapTenantExport();
        app.MapLookups();
        app.MapCategories();
        app.MapUsers();
        app.MapSessions();
        app.MapUsersBulk();
        app.MapUserImports();
        app.MapRecipientTokens();
        app.MapPreferences();
        app.MapRecipients();
        app.MapRecipientErasures();
        app.MapTopics();
        app.MapInbox();
        app.MapInboxElement();
        app.MapInboxPages();
        app.MapUnsubscribePages();
        app.MapStreams();
        app.MapServiceEvents();
        app.MapPresence();
        app.MapTyping();
        app.MapNotificationsHub();
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
