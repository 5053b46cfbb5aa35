using Microsoft.Extensions.Options;

namespace NotificationService.Host.Http.Bodies;

/// <summary>What request bodies may hold of this process.</summary>
public static class BodiesModule
{
    public static IServiceCollection AddBodies(this IServiceCollection services)
    {
        services.AddOptions<BodyOptions>().BindConfiguration(BodyOptions.Section).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<BodyOptions>, BodyOptionsCheck>().AddSingleton<BodyBudget>();
    }

    private sealed class BodyOptionsCheck : IValidateOptions<BodyOptions>
    {
        public ValidateOptionsResult Validate(string? name, BodyOptions options) =>
            options.Errors() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
