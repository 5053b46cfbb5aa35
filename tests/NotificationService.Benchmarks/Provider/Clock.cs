namespace NotificationService.Benchmarks.Provider;

/// <summary>The one clock that processes of a machine share.</summary>
internal static class Clock
{
    public static long Microseconds() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
}
