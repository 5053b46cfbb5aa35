namespace NotificationService.Host.Configuration;

/// <summary>What <c>Notification__Seed</c> asks for: the demo tenant, by default in Development only, or nothing.</summary>
public static class SeedChoice
{
    public static bool IsDemo(string? text, bool development) => text switch
    {
        null or "" => development,
        "demo" => true,
        "none" => false,
        _ => throw new StartupException($"Notification__Seed is '{text}'; it can be demo or none"),
    };
}
