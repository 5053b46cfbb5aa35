using System.Diagnostics;
using System.Net.Http.Headers;

namespace NotificationService.Benchmarks.Load;

/// <summary>Reads pages over HTTP, one after the other on each connection.</summary>
internal sealed class ListLoad : IDisposable
{
    private readonly HttpClient client;

    public ListLoad(Uri service, string token, int callers)
    {
        client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = callers }) { BaseAddress = service, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Milliseconds of each page, each caller taking the next of the paths, until the time is over.</summary>
    public async Task<LoadResult> RunAsync(IReadOnlyList<string> paths, int callers, TimeSpan time)
    {
        var next = -1;
        var clock = Stopwatch.StartNew();
        var pages = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(ReadAsync)));
        return new LoadResult(clock.Elapsed.TotalSeconds, [.. pages.SelectMany(some => some)]);

        async Task<List<(double, double)>> ReadAsync()
        {
            var done = new List<(double, double)>();
            while (clock.Elapsed < time)
            {
                var path = paths[(int)((uint)Interlocked.Increment(ref next) % (uint)paths.Count)];
                var began = clock.Elapsed;
                using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
                if (!answer.IsSuccessStatusCode)
                    throw new IOException($"{path} was answered {(int)answer.StatusCode}");
                var ended = clock.Elapsed;
                done.Add((ended.TotalSeconds, (ended - began).TotalMilliseconds));
            }

            return done;
        }
    }

    public void Dispose() => client.Dispose();
}
