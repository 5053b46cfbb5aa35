using System.Globalization;
using NotificationService.Credentials;
using NotificationService.Host.Configuration;

namespace NotificationService.Host.Commands;

/// <summary>
/// Brings every stored credential under the first of <c>Notification__MasterKeys</c> and says which keys may then be
/// taken away. The service may run meanwhile; the command may be stopped and started again.
/// </summary>
public static class RotateKeysCommand
{
    private const int BatchSize = 200;

    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = HostSettings.Builder(options);
        await using var door = await DatabaseDoor.OpenAsync(builder.Configuration, owning: false, cancellationToken);
        builder.Services.AddNotificationService(door.Settings);
        await using var app = builder.Build();
        var report = await app.Services.GetRequiredService<CredentialRotation>().RunAsync(BatchSize, progress: null, cancellationToken);
        var current = app.Services.GetRequiredService<MasterKeys>().CurrentKeyId;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"re-encrypted {report.Resealed} credentials under the master key {current}"));
        foreach (var (key, count) in report.Remaining)
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} are still under the master key {key}: keep it"));
        if (report.Unreadable > 0)
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"notification-service: {report.Unreadable} could not be opened with the keys that are set"));
        else if (report.Remaining.Count == 0)
            await Console.Out.WriteLineAsync($"every other master key may be taken away");
        return report.Unreadable > 0 ? 1 : 0;
    }
}
