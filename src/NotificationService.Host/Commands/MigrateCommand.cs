using NotificationService.Host.Configuration;
using NotificationService.Storage;

namespace NotificationService.Host.Commands;

/// <summary>Brings the schema up to date and says what it did. Safe to run from several places at once.</summary>
public static class MigrateCommand
{
    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        await using var door = await DatabaseDoor.OpenAsync(HostSettings.Builder(options).Configuration, owning: false, cancellationToken);
        await using var database = new Database(door.Settings.Storage());
        var applied = await new MigrationRunner(database).MigrateAsync(cancellationToken);
        foreach (var name in applied)
            await Console.Out.WriteLineAsync($"applied {name}");
        if (applied.Count == 0)
            await Console.Out.WriteLineAsync("nothing to do");
        return 0;
    }
}
