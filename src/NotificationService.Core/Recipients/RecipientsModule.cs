using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Recipients.UserService;
using NotificationService.Settings;

namespace NotificationService.Recipients;

public static class RecipientsModule
{
    public static IServiceCollection AddRecipients(this IServiceCollection services) => services
        .AddSettings<UserServiceOptions>(UserServiceOptions.Section, static options => options.Errors())
        .AddSingleton<SuppressionList>()
        .AddSingleton<SuppressionQueries>()
        .AddSingleton<UserServiceMetrics>()
        .AddSingleton(provider => new RecipientLookup(UserService(provider)));

    private static UserProfiles? UserService(IServiceProvider provider)
    {
        var (options, time) = (provider.GetRequiredService<UserServiceOptions>(), provider.GetRequiredService<TimeProvider>());
        return options.BaseUrl is null ? null : new UserProfiles(
            new UserServiceClient(options, UserServiceClient.Handler(options), time), options, provider.GetRequiredService<UserServiceMetrics>(), time, provider.GetRequiredService<ILogger<UserProfiles>>());
    }
}
