using NotificationService.Benchmarks.Provider;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>A queue that is there, drained by a warm worker from the moment it is let go.</summary>
internal static class Draining
{
    /// <summary>Notifications a second, from the first arrival at the provider to the commit of the last result.</summary>
    public static async Task<double> RateAsync(Rig rig, BenchService service, int count)
    {
        service.Resume();
        while ((await rig.Provider.StatsAsync()).Count < count)
            await Task.Delay(20);
        await service.UntilSentAsync(count);
        return count * 1e6 / (Clock.Microseconds() - (await rig.Provider.StatsAsync()).First);
    }

    /// <summary>Notifications a second out of a longer queue, from the first arrival at the provider to the last before the worker is paused again.</summary>
    public static async Task<(double Rate, long Count)> RateOfPartAsync(Rig rig, BenchService service, int count)
    {
        service.Resume();
        while ((await rig.Provider.StatsAsync()).Count < count)
            await Task.Delay(20);
        service.Pause();
        var (arrived, first, last) = await rig.Provider.StatsAsync();
        return ((arrived - 1) * 1e6 / (last - first), arrived);
    }
}
