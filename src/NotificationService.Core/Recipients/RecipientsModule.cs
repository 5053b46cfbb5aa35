using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Recipients;

public static class RecipientsModule
{
    public static IServiceCollection AddRecipients(this IServiceCollection services) => services.AddSingleton<SuppressionList>();
}
