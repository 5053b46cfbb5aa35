using System.Diagnostics;
using System.Text;

namespace NotificationService.Benchmarks.Load;

/// <summary>Reads pages over HTTP, one after the other on each connection.</summary>
internal sealed class ListLoad(Uri service, string token)
{
    /// <summary>Milliseconds of each page, each caller taking the next of the paths, until the time is over.</summary>
    public async Task<LoadResult> RunAsync(IReadOnlyList<string> paths, int callers, TimeSpan time)
    {
        byte[][] requests = [.. paths.Select(path => Encoding.ASCII.GetBytes($"GET /{path} HTTP/1.1\r\nHost: {service.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n"))];
        var next = -1;
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning)).ToArray();
        var pages = await Task.WhenAll(threads);
        return new LoadResult(clock.Elapsed.TotalSeconds, [.. pages.SelectMany(some => some)]);

        List<(double, double)> Read()
        {
            var done = new List<(double, double)>();
            using var connection = new KeepAliveConnection(service, "200");
            while (clock.Elapsed < time)
            {
                var request = requests[(int)((uint)Interlocked.Increment(ref next) % (uint)requests.Length)];
                var began = clock.Elapsed;
                connection.Send(request);
                var ended = clock.Elapsed;
                done.Add((ended.TotalSeconds, (ended - began).TotalMilliseconds));
            }

            return done;
        }
    }
}
