using System.Collections.Concurrent;

namespace NotificationService.Telemetry;

/// <summary>The loops that must run for this process to be of use. A loop beats; one that has been silent for too long makes the process not ready.</summary>
public sealed class Heartbeats(TimeProvider time)
{
    private static readonly TimeSpan LongestFailure = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestMaintenanceFailure = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Heartbeat> beats = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Step> steps = new(StringComparer.Ordinal);

    /// <summary>Announces a loop that promises to beat at least once in <paramref name="longestSilence"/>, counted from now.</summary>
    public Heartbeat Register(string name, TimeSpan longestSilence) =>
        beats.GetOrAdd(name, _ => new Heartbeat(name, longestSilence, time));

    /// <summary>A step that the process is of no use without.</summary>
    public Step Step(string name) => steps.GetOrAdd(name, _ => new Step(name, isEssential: true, LongestFailure, time));

    /// <summary>A step without which the process is degraded: maintenance, or one tenant's own work.</summary>
    public Step Maintenance(string name, TimeSpan? longestFailure = null) =>
        steps.GetOrAdd(name, _ => new Step(name, isEssential: false, longestFailure ?? LongestMaintenanceFailure, time));

    public IEnumerable<Step> Steps => steps.Values.OrderBy(step => step.Name, StringComparer.Ordinal);

    public IEnumerable<Heartbeat> All => beats.Values.OrderBy(beat => beat.Name, StringComparer.Ordinal);

    public bool AllAlive => beats.Values.All(beat => beat.IsAlive);
}

/// <summary>One loop's sign of life. Beating is a single write.</summary>
public sealed class Heartbeat(string name, TimeSpan longestSilence, TimeProvider time)
{
    private long last = time.GetTimestamp();

    public string Name => name;

    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref last));

    public bool IsAlive => Silence <= longestSilence;

    public void Beat() => Volatile.Write(ref last, time.GetTimestamp());
}
