using System.Diagnostics.Metrics;

namespace NotificationService.Telemetry;

/// <summary>
/// Something a loop does again and again and that must succeed for the loop to be of use, such as a worker's claim: a loop whose every claim
/// fails still beats. Failures are counted; one that has gone on for longer than the bound is reported by the health checks.
/// </summary>
/// <param name="name">A closed set: it is a tag of the metric.</param>
/// <param name="isEssential">Whether the process is of no use without it; otherwise it is degraded.</param>
/// <param name="longestFailure">The bound.</param>
/// <param name="time">What shows how long it has failed.</param>
public sealed class Step(string name, bool isEssential, TimeSpan longestFailure, TimeProvider time)
{
    private static readonly Counter<long> Failures = Telemetry.Meter.CreateCounter<long>(
        "notification_step_failures_total", null, "Times that a step of a background loop failed, by step.");

    private readonly Lock sync = new();
    private Streak? streak;
    private long count;

    public string Name => name;

    public bool IsEssential => isEssential;

    /// <summary>Failures since the process started.</summary>
    public long Failed => Volatile.Read(ref count);

    /// <summary>False while it has failed for longer than its bound, without a success in between. What is not tried any more is not held against it.</summary>
    public bool IsWell => Volatile.Read(ref streak) is not { } failing
        || time.GetElapsedTime(failing.Since, failing.LastAt) < longestFailure || time.GetElapsedTime(failing.LastAt) > Forget;

    /// <summary>For a person.</summary>
    public string Detail => Volatile.Read(ref streak) is { } failing && time.GetElapsedTime(failing.LastAt) <= Forget
        ? $"failing for {time.GetElapsedTime(failing.Since).TotalSeconds:0} s ({failing.Reason})"
        : "succeeds";

    private TimeSpan Forget => 4 * longestFailure;

    public void Succeed()
    {
        if (Volatile.Read(ref streak) is not null)
            Volatile.Write(ref streak, null);
    }

    /// <param name="reason">PostgreSQL's code or the kind of the failure; never a message, which may quote data.</param>
    public void Fail(string reason)
    {
        lock (sync)
        {
            var now = time.GetTimestamp();
            streak = new Streak(streak?.Since ?? now, now, reason);
            count++;
        }

        Failures.Add(1, new KeyValuePair<string, object?>("step", name));
    }

    private sealed record Streak(long Since, long LastAt, string Reason);
}
