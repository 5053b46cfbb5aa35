using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;

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
        .AddSingleton<DeadLetters>()
        .AddSingleton<RecipientCompletion>()
        .AddSingleton<NotificationPreparer>()
        .AddSingleton<NotificationWriter>()
        .AddSingleton<BundleWriter>()
        .AddSingleton<BundleIntake>()
        .AddSingleton<TemplateBinder>()
        .AddSingleton(provider => new NotificationIntake(
            provider.GetRequiredService<NotificationPreparer>(),
            provider.GetRequiredService<NotificationWriter>(),
            provider.GetRequiredService<IdempotencyKeys>(),
            provider.GetRequiredService<NotificationMetrics>(),
            provider.GetRequiredService<WakeUp>()));
}
