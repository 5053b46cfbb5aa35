using System.Diagnostics;

namespace NotificationService.Benchmarks.Load;

/// <summary>Requests at a fixed rate, whatever becomes of those before: a request's time counts from when it was due, so that waiting behind a slow one is not hidden.</summary>
internal static class OpenLoop
{
    public static async Task<IReadOnlyList<double>> RunAsync(Uri service, IReadOnlyList<byte[]> requests, double perSecond, int connections, string expected)
    {
        var clock = Stopwatch.StartNew();
        var next = -1;
        var threads = Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(Send, TaskCreationOptions.LongRunning)).ToArray();
        return [.. (await Task.WhenAll(threads)).SelectMany(some => some)];

        List<double> Send()
        {
            var done = new List<double>();
            using var connection = new KeepAliveConnection(service, expected);
            for (var number = Interlocked.Increment(ref next); number < requests.Count; number = Interlocked.Increment(ref next))
            {
                var due = TimeSpan.FromSeconds(number / perSecond);
                if (due - clock.Elapsed is var wait && wait > TimeSpan.Zero)
                    Thread.Sleep(wait);
                connection.Send(requests[number]);
                done.Add((clock.Elapsed - due).TotalMilliseconds);
            }

            return done;
        }
    }
}
