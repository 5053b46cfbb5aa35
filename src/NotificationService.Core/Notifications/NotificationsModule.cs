using Microsoft.Extensions.DependencyInjection;
using NotificationService.Quotas;
using NotificationService.Storage;

namespace NotificationService.Notifications;

public static class NotificationsModule
{
    public static IServiceCollection AddNotifications(this IServiceCollection services) => services
        .AddSingleton<NotificationMetrics>()
        .AddSingleton<IdempotencyKeys>()
        .AddSingleton<IdempotentWork>()
        .AddSingleton<NotificationQueries>()
        .AddSingleton<Modes>()
        .AddSingleton<DryRun>()
        .AddSingleton<Explanations>()
        .AddSingleton<NotificationList>()
        .AddSingleton<NotificationCommands>()
        .AddSingleton<FilteredCancels>()
        .AddSingleton<DeadLetters>()
        .AddSingleton<RecipientCompletion>()
        .AddSingleton<NotificationPreparer>()
        .AddSingleton<NotificationStore>()
        .AddSingleton<NotificationWriter>()
        .AddSingleton<TemplateBinder>()
        .AddSingleton<IWarmUp, AcceptWarmUp>()
        .AddSingleton(provider => new NotificationIntake(
            provider.GetRequiredService<NotificationPreparer>(),
            provider.GetRequiredService<SendQuotas>(),
            provider.GetRequiredService<NotificationWriter>(),
            provider.GetRequiredService<NotificationStore>(),
            provider.GetRequiredService<IdempotencyKeys>(),
            provider.GetRequiredService<NotificationMetrics>(),
            provider.GetRequiredService<Ids>(),
            provider.GetRequiredService<TimeProvider>()));

    /// <summary>What cancels by filter.</summary>
    public static IServiceCollection AddFilteredCanceller(this IServiceCollection services) => services.AddHostedService<FilteredCanceller>();
}
