using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace NotificationService.Settings;

/// <summary>Binds a section of the settings to its options. What is out of its bounds, or does not fit together, stops the start and is named.</summary>
public static class SettingsRegistration
{
    /// <param name="services">Receives the options by themselves, too.</param>
    /// <param name="section">The section's name.</param>
    /// <param name="errors">Everything wrong with how the values fit together, in sentences.</param>
    public static IServiceCollection AddSettings<TOptions>(this IServiceCollection services, string section, Func<TOptions, IEnumerable<string>>? errors = null)
        where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<TOptions>>(new Check<TOptions>(section, errors ?? (static _ => [])))
            .AddSingleton(static provider => provider.GetRequiredService<IOptions<TOptions>>().Value);
    }

    private sealed class Check<TOptions>(string section, Func<TOptions, IEnumerable<string>> errors) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            SettingBounds.Errors(section, options).Concat(errors(options)).ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;
    }
}
