using NotificationService.Host.Configuration;
using NotificationService.Templates.Fragments;

namespace NotificationService.Host.Commands;

/// <summary>Makes the demo tenant, or what is missing of it, on a migrated database.</summary>
public static class SeedCommand
{
    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = HostSettings.Builder(options);
        await using var door = await DatabaseDoor.OpenAsync(builder.Configuration, owning: false, cancellationToken);
        builder.Services.AddNotificationService(door.Settings);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<SystemSeed>().RunAsync(cancellationToken);
        await app.Services.GetRequiredService<SharedLayouts>().RunAsync(cancellationToken);
        await DemoSeed.RunAsync(app.Services, cancellationToken);
        await Console.Out.WriteLineAsync("the demo tenant is there");
        return 0;
    }
}
