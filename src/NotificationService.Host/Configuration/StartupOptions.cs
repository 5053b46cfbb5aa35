using NotificationService.Settings;

namespace NotificationService.Host.Configuration;

/// <summary><c>Notification:Startup:*</c>: how a process starts.</summary>
public sealed class StartupOptions
{
    public const string Section = "Notification:Startup";

    /// <summary>How long a process that starts waits for a database that is away or recovering.</summary>
    [Bounds("00:00:00", "01:00:00", Zero = "not at all")]
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="StartupException">A value is none.</exception>
    public static StartupOptions Read(IConfiguration configuration)
    {
        var name = $"Notification__Startup__{nameof(DatabaseTimeout)}";
        if (configuration[$"{Section}:{nameof(DatabaseTimeout)}"] is not { Length: > 0 } text)
            return new StartupOptions();
        if (!TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var timeout))
            throw new StartupException($"{name} is '{text}', which is no TimeSpan");
        var options = new StartupOptions { DatabaseTimeout = timeout };
        return SettingBounds.Errors(Section, options).FirstOrDefault() is { } error ? throw new StartupException(error) : options;
    }
}
