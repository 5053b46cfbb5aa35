using System.Diagnostics;
using NotificationService.Benchmarks.Provider;

namespace NotificationService.Benchmarks.Load;

/// <summary>Single sends one after the other, each to <c>probe-&lt;n&gt;@…</c>, and when each reached the provider.</summary>
internal static class ProbeLoad
{
    /// <summary>Milliseconds from the answer to the provider, per probe.</summary>
    public static async Task<double[]> RunAsync(Uri service, string token, ProviderProcess provider, int count, TimeSpan interval, TimeSpan timeout)
    {
        var request = new SendRequest(service, token);
        var answered = new long[count];
        using (var connection = new KeepAliveConnection(service))
        {
            // Each when it is due, however long those before it took.
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < count; i++)
            {
                if (interval * i - clock.Elapsed is var wait && wait > TimeSpan.Zero)
                    await Task.Delay(wait);
                connection.Send(request.To($"probe-{i}@example.com", i));
                answered[i] = Clock.Microseconds();
            }
        }

        IReadOnlyDictionary<int, long> arrived = new Dictionary<int, long>();
        await Testing.Eventually.TrueAsync(
            async () => (arrived = await provider.ProbesAsync()).Count >= count, timeout, () => $"only {arrived.Count} of {count} probes arrived");
        return [.. answered.Select((at, i) => (arrived[i] - at) / 1000.0)];
    }
}
