using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NotificationService.Recipients.UserService;

namespace NotificationService.Recipients;

public static class RecipientsModule
{
    public static IServiceCollection AddRecipients(this IServiceCollection services)
    {
        services.AddOptions<UserServiceOptions>().BindConfiguration(UserServiceOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<UserServiceOptions>, UserServiceOptionsCheck>()
            .AddSingleton<SuppressionList>()
            .AddSingleton<SuppressionQueries>()
            .AddSingleton<UserServiceMetrics>()
            .AddSingleton(provider => new RecipientLookup(UserService(provider)));
    }

    private static UserProfiles? UserService(IServiceProvider provider)
    {
        var (options, time) = (provider.GetRequiredService<IOptions<UserServiceOptions>>().Value, provider.GetRequiredService<TimeProvider>());
        return options.BaseUrl is null ? null : new UserProfiles(
            new UserServiceClient(options, UserServiceClient.Handler(options), time), options, provider.GetRequiredService<UserServiceMetrics>(), time, provider.GetRequiredService<ILogger<UserProfiles>>());
    }

    private sealed class UserServiceOptionsCheck : IValidateOptions<UserServiceOptions>
    {
        public ValidateOptionsResult Validate(string? name, UserServiceOptions options) =>
            options.Errors() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
