using System.Globalization;
using NotificationService.Host.Configuration;
using NotificationService.Tenants;

namespace NotificationService.Host.Commands;

/// <summary>Verifies the audit logs of all tenants, a line for each that does not hold; exit code 1 if there is one. The service may run meanwhile.</summary>
public static class VerifyAuditCommand
{
    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = HostSettings.Builder(options);
        await using var door = await DatabaseDoor.OpenAsync(builder.Configuration, owning: false, cancellationToken);
        builder.Services.AddNotificationService(door.Settings);
        await using var app = builder.Build();
        var verification = app.Services.GetRequiredService<AuditVerification>();
        var (entries, broken, busy, tenants) = (0L, 0, 0, 0);
        for (TenantId? last = null; await verification.TenantsBehindAsync(last, cancellationToken) is { Count: > 0 } page; last = page[^1])
        {
            foreach (var tenant in page)
            {
                tenants++;
                switch (await verification.VerifyAsync(tenant, cancellationToken))
                {
                    case null:
                        busy++;
                        await Console.Error.WriteLineAsync($"notification-service: the audit log of tenant {tenant} is being verified by somebody else");
                        break;
                    case { IsValid: true } verdict:
                        entries += verdict.Entries;
                        break;
                    case var verdict:
                        broken++;
                        await Console.Error.WriteLineAsync(string.Create(
                            CultureInfo.InvariantCulture,
                            $"notification-service: the audit log of tenant {tenant} does not hold: entry {verdict.FirstBroken!.Sequence} ({verdict.FirstBroken.Id?.ToString() ?? "missing"})"));
                        break;
                }
            }
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"verified {entries} entries of {tenants} tenants: {broken} audit logs do not hold, {busy} were not looked at"));
        return broken + busy > 0 ? 1 : 0;
    }
}
