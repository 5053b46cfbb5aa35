using NotificationService.Settings;

namespace NotificationService.Host.Configuration;

/// <summary><c>Notification:Startup:*</c>: how a process starts.</summary>
public sealed class StartupOptions
{
    public const string Section = "Notification:Startup";

    /// <summary>How long a process that starts waits for a database that is away or recovering.</summary>
    [Bounds("00:00:00", "01:00:00", Zero = "not at all")]
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a process warms up at most before it listens, outside of Development.</summary>
    [Bounds("00:00:00", "00:01:00", Zero = "not at all")]
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <exception cref="StartupException">A value is none.</exception>
    public static StartupOptions Read(IConfiguration configuration)
    {
        var defaults = new StartupOptions();
        var options = new StartupOptions
        {
            DatabaseTimeout = Read(configuration, nameof(DatabaseTimeout), defaults.DatabaseTimeout),
            WarmUp = Read(configuration, nameof(WarmUp), defaults.WarmUp),
        };
        return SettingBounds.Errors(Section, options).FirstOrDefault() is { } error ? throw new StartupException(error) : options;
    }

    private static TimeSpan Read(IConfiguration configuration, string name, TimeSpan otherwise)
    {
        if (configuration[$"{Section}:{name}"] is not { Length: > 0 } text)
            return otherwise;
        return TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new StartupException($"Notification__Startup__{name} is '{text}', which is no TimeSpan");
    }
}
