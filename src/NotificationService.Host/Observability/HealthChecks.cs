using System.Diagnostics;
using System.Text.Json.Serialization;
using NotificationService.Host.Configuration;
using NotificationService.Kafka;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Host.Observability;

/// <summary>The state of the process and of what it needs.</summary>
/// <param name="Status"><c>healthy</c>, <c>unhealthy</c>, or <c>degraded</c>: the process does its work, but something beside it is away.</param>
/// <param name="Version">The version of the service.</param>
/// <param name="Roles">What this process does: api, worker or both.</param>
/// <param name="UptimeSeconds">How long it has been running.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record HealthReport(string Status, string Version, string Roles, long UptimeSeconds, IReadOnlyList<HealthCheck> Checks)
{
    [JsonIgnore]
    public bool IsHealthy => Status != "unhealthy";
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Healthy">Whether it is as it must be.</param>
/// <param name="Detail">What was found, for a person.</param>
public sealed record HealthCheck(string Name, bool Healthy, string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class HealthJson : JsonSerializerContext;

/// <summary>
/// Asks whether this process can do its work: the database answers, its schema is current, the loops beat and their steps succeed. However many ask,
/// the database is asked about once a second.
/// </summary>
public sealed class HealthChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private static readonly string Version = typeof(HealthChecks).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly Database database;
    private readonly MigrationRunner migrations;
    private readonly Heartbeats heartbeats;
    private readonly HostSettings settings;
    private readonly TimeProvider time;
    private readonly KafkaState? kafka;
    private readonly SharedCheck<HealthReport> shared;
    private readonly long started;
    private volatile bool schemaWasCurrent; // a schema only moves forward, so this is asked once

    public HealthChecks(Database database, MigrationRunner migrations, Heartbeats heartbeats, HostSettings settings, TimeProvider time, KafkaState? kafka = null)
    {
        (this.database, this.migrations, this.heartbeats, this.settings, this.time, this.kafka) = (database, migrations, heartbeats, settings, time, kafka);
        started = time.GetTimestamp();
        shared = new SharedCheck<HealthReport>(CheckAsync, Lifetime, time);
    }

    public Task<HealthReport> RunAsync(CancellationToken cancellationToken) => shared.AskAsync(cancellationToken);

    private async Task<HealthReport> CheckAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        List<HealthCheck> checks = [await AskAsync("database", AskDatabaseAsync, patience.Token), await AskAsync("schema", AskSchemaAsync, patience.Token)];
        checks.AddRange(heartbeats.All.Select(beat => new HealthCheck(beat.Name, beat.IsAlive, $"beat {beat.Silence.TotalSeconds:0.0} s ago")));
        // Only what fails: what succeeds is no news.
        checks.AddRange(heartbeats.Steps.Where(step => step.IsEssential && !step.IsWell).Select(step => new HealthCheck(step.Name, Healthy: false, step.Detail)));
        List<HealthCheck> beside = [.. heartbeats.Steps.Where(step => !step.IsEssential && !step.IsWell).Select(step => new HealthCheck(step.Name, Healthy: false, step.Detail))];
        var status = !checks.TrueForAll(check => check.Healthy) ? "unhealthy" : kafka?.IsUp == false || beside.Count > 0 ? "degraded" : "healthy";
        if (kafka is not null)
            checks.Add(new HealthCheck("kafka", kafka.IsUp, kafka.IsUp ? "the brokers answer" : "no broker answers: events wait"));
        checks.AddRange(beside);
        return new HealthReport(status, Version, settings.Roles.ToString(), (long)time.GetElapsedTime(started).TotalSeconds, checks);
    }

    private static async Task<HealthCheck> AskAsync(string name, Func<CancellationToken, Task<(bool, string)>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var (healthy, detail) = await ask(cancellationToken);
            return new HealthCheck(name, healthy, detail);
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            return new HealthCheck(name, Healthy: false, exception is not OperationCanceledException && Outage.Refusal(exception) is not null ? $"refused ({Outage.Reason(exception)})" : "no answer");
        }
    }

    private async Task<(bool, string)> AskDatabaseAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        await using var command = database.App.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
        return (true, $"answered in {Stopwatch.GetElapsedTime(asked).TotalMilliseconds:0.0} ms");
    }

    private async Task<(bool, string)> AskSchemaAsync(CancellationToken cancellationToken)
    {
        if (schemaWasCurrent)
            return (true, "current");
        var missing = await migrations.MissingAsync(cancellationToken);
        schemaWasCurrent = missing.Count == 0;
        return (schemaWasCurrent, schemaWasCurrent ? "current" : $"{missing.Count} part(s) missing");
    }
}
