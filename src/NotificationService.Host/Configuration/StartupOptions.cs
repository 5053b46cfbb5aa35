namespace NotificationService.Host.Configuration;

/// <summary><c>Notification:Startup:*</c>: how a process starts.</summary>
public sealed class StartupOptions
{
    public const string Section = "Notification:Startup";

    private static readonly TimeSpan LongestEver = TimeSpan.FromHours(1);

    /// <summary>How long a process that starts waits for a database that is away or recovering, from 0 (not at all) to one hour.</summary>
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="StartupException">A value is none.</exception>
    public static StartupOptions Read(IConfiguration configuration)
    {
        var name = $"Notification__Startup__{nameof(DatabaseTimeout)}";
        if (configuration[$"{Section}:{nameof(DatabaseTimeout)}"] is not { Length: > 0 } text)
            return new StartupOptions();
        if (!TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var timeout))
            throw new StartupException($"{name} is '{text}', which is no TimeSpan");
        if (timeout < TimeSpan.Zero || timeout > LongestEver)
            throw new StartupException($"{name} must be 00:00:00 to {LongestEver:c}");
        return new StartupOptions { DatabaseTimeout = timeout };
    }
}
