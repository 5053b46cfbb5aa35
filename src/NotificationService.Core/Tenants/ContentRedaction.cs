using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Tenants;

/// <summary>
/// Takes content and addresses out of what is older than its tenant keeps them (docs/retention.md): a few hundred notifications in a transaction, tenant by tenant, none
/// longer than its turn. Dies anywhere: what was done is done, and the next goes on from there. Any number of workers may do it at once.
/// </summary>
public sealed class ContentRedaction(Database database, TenantSettingsCache settings, Heartbeats heartbeats, TimeProvider time, ILogger<ContentRedaction> logger) : BackgroundService
{
    private const int BatchSize = 500;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    /// <summary>Of one tenant in one run; the rest is the next run's.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(20);

    private static readonly Statement Redacting = Statement.Load("tenants_redacting");
    private static readonly Statement Redact = Statement.Load("tenants_redact");
    private static readonly Column Tenant = Redacting.Column("tenant_id");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("content_redaction", 3 * Every), reason => logger.PurgeFailed("content", reason), stoppingToken);

    /// <summary>One run over every tenant that has set a time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var tenants = new List<TenantId>();
        await using (var command = Redacting.With().On(database.Worker))
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                tenants.Add(new TenantId(row.GetGuid(Tenant)));
        }

        foreach (var tenant in tenants)
        {
            await PeriodicTask.RunAsync(
                token => RunAsync(tenant, token), heartbeats.Maintenance("content_redaction_tenant", 3 * Every), reason => logger.PurgeFailed("content", reason), cancellationToken);
        }
    }

    private async Task RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var days = DaysOf(await settings.GetAsync(tenant, cancellationToken));
        if (days.Count == 0)
            return;
        var json = JsonSerializer.Serialize(days, RedactionJson.Default.DictionaryStringInt32);
        var (began, total, looked) = (time.GetTimestamp(), 0, BatchSize);
        while (looked >= BatchSize && time.GetElapsedTime(began) < MaxDuration)
        {
            await using var command = Redact.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("days", json), Parameter.Of("max", BatchSize)).On(database.Worker);
            total += looked = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        if (total > 0)
            logger.ContentRedacted(total);
    }

    /// <summary>By the channel's number, as rows have it.</summary>
    private static Dictionary<string, int> DaysOf(TenantSettings tenant)
    {
        var days = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, count) in tenant.RetentionDays)
        {
            if (ChannelKinds.TryParse(name, out var channel))
                days[((short)channel).ToString(CultureInfo.InvariantCulture)] = count;
        }

        return days;
    }
}

[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class RedactionJson : JsonSerializerContext;
