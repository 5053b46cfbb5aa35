using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NotificationService.Recipients.Preferences;
using NotificationService.Recipients.UserService;
using NotificationService.Settings;

namespace NotificationService.Recipients;

public static class RecipientsModule
{
    public static IServiceCollection AddRecipients(this IServiceCollection services) => services
        .AddSettings<UserServiceOptions>(UserServiceOptions.Section, static options => options.Errors())
        .AddSingleton<SuppressionList>()
        .AddSingleton<SuppressionQueries>()
        .AddSingleton<OptOutLinks>()
        .AddSingleton<AddressChoices>()
        .AddSingleton<ObjectingTenants>()
        .AddSingleton<ObjectionLookup>()
        .AddSingleton<PreferenceStore>()
        .AddSingleton<EmptyDirectories>()
        .AddSingleton<DirectoryStore>()
        .AddSingleton<DirectoryQueries>()
        .AddSingleton<DirectoryLookup>()
        .AddSingleton<UserServiceMetrics>()
        .AddSingleton(provider => new RecipientLookup(provider.GetRequiredService<DirectoryLookup>(), UserService(provider)));

    private static UserProfiles? UserService(IServiceProvider provider)
    {
        var (options, time) = (provider.GetRequiredService<UserServiceOptions>(), provider.GetRequiredService<TimeProvider>());
        return options.BaseUrl is null ? null : new UserProfiles(
            new UserServiceClient(options, UserServiceClient.Handler(options), time), options, provider.GetRequiredService<UserServiceMetrics>(), time, provider.GetRequiredService<ILogger<UserProfiles>>());
    }
}
