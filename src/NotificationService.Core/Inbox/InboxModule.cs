using Microsoft.Extensions.DependencyInjection;
using NotificationService.Settings;

namespace NotificationService.Inbox;

/// <summary>What in-app deliveries leave with their users.</summary>
public static class InboxModule
{
    public static IServiceCollection AddInbox(this IServiceCollection services) => services
        .AddSettings<InboxOptions>(InboxOptions.Section)
        .AddSingleton<InboxStore>()
        .AddSingleton<InboxQueries>()
        .AddSingleton<InboxCommands>();

    /// <summary>What brings items back and removes old ones.</summary>
    public static IServiceCollection AddInboxMaintenance(this IServiceCollection services) => services.AddHostedService<InboxMaintenance>();
}
