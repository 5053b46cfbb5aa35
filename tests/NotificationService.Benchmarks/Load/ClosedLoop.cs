using System.Diagnostics;

namespace NotificationService.Benchmarks.Load;

/// <summary>What a load came to; latencies in milliseconds, in no order, with the second in which each ended.</summary>
internal sealed record LoadResult(double Seconds, IReadOnlyList<(double At, double Milliseconds)> Sends)
{
    public double Rate => Sends.Count / Seconds;

    public double Latency(double quantile) => Quantile(Sends.Select(send => send.Milliseconds), quantile);

    public static double Quantile(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * quantile))];
    }
}

/// <summary>A number of connections, each of which sends its next request when the last one was answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Until so many are sent, the requests in turn.</summary>
    public static async Task<LoadResult> RunAsync(Uri service, byte[][] requests, int count, int connections)
    {
        var next = -1;
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(Send, TaskCreationOptions.LongRunning)).ToArray();
        var sends = await Task.WhenAll(threads);
        return new LoadResult(clock.Elapsed.TotalSeconds, [.. sends.SelectMany(some => some)]);

        List<(double, double)> Send()
        {
            var done = new List<(double, double)>(count / connections + 16);
            using var connection = new KeepAliveConnection(service);
            for (var number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
            {
                var began = clock.Elapsed;
                connection.Send(requests[number % requests.Length]);
                var ended = clock.Elapsed;
                done.Add((ended.TotalSeconds, (ended - began).TotalMilliseconds));
            }

            return done;
        }
    }

    /// <summary>Until as many are sent, or for a time, whichever ends first. The tag stands behind each recipient's name, for the sandbox.</summary>
    public static async Task<LoadResult> RunAsync(Uri service, string token, int count, int connections, TimeSpan? timeout = null, string tag = "")
    {
        var request = new SendRequest(service, token);
        var bodies = timeout is null ? Enumerable.Range(1, count).Select(number => request.To($"user{number}{tag}@example.com", number)).ToArray() : null;
        var next = 0;
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(Send, TaskCreationOptions.LongRunning)).ToArray();
        var sends = await Task.WhenAll(threads);
        return new LoadResult(clock.Elapsed.TotalSeconds, [.. sends.SelectMany(some => some)]);

        List<(double, double)> Send()
        {
            var done = new List<(double, double)>(count / connections + 16);
            using var connection = new KeepAliveConnection(service);
            for (var number = Interlocked.Increment(ref next); number <= count && !(clock.Elapsed > timeout); number = Interlocked.Increment(ref next))
            {
                var body = bodies?[number - 1] ?? request.To($"user{number}{tag}@example.com", number);
                var began = clock.Elapsed;
                connection.Send(body);
                var ended = clock.Elapsed;
                done.Add((ended.TotalSeconds, (ended - began).TotalMilliseconds));
            }

            return done;
        }
    }
}
