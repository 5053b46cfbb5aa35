using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace NotificationService.Benchmarks.Provider;

/// <summary>Customers' endpoints: they answer after 20 ms, or hang. They note when each message came, and when the event in it had happened.</summary>
internal static class WebhookTarget
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(20);
    private static readonly Lock Sync = new();
    private static readonly List<(long At, long Occurred)> Arrivals = [];
    private static long hung;

    public static async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var at = Clock.Microseconds();
        lock (Sync)
            Arrivals.Add((at, Occurred(body)));
        await Task.Delay(Work);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Longer than anybody waits.</summary>
    public static async Task HangAsync(HttpContext context)
    {
        Interlocked.Increment(ref hung);
        await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Abort();
    }

    /// <summary>What came since the last time: count, first, last in microseconds, those that hung, then the lags of all in milliseconds.</summary>
    public static Task ReportAsync(HttpContext context)
    {
        (long At, long Occurred)[] arrivals;
        lock (Sync)
        {
            arrivals = [.. Arrivals];
            if (context.Request.Query.ContainsKey("forget"))
                Arrivals.Clear();
        }

        var response = new StringBuilder();
        response.Append(CultureInfo.InvariantCulture, $"{arrivals.Length} {(arrivals.Length == 0 ? 0 : arrivals.Min(a => a.At))} {(arrivals.Length == 0 ? 0 : arrivals.Max(a => a.At))} {Interlocked.Read(ref hung)}");
        foreach (var (at, occurred) in arrivals)
            response.Append(CultureInfo.InvariantCulture, $" {(at - occurred) / 1000.0:0.0}");
        return context.Response.WriteAsync(response.ToString());
    }

    private static long Occurred(string body)
    {
        const string name = "\"timestamp\":\"";
        var start = body.IndexOf(name, StringComparison.Ordinal);
        return start >= 0 && DateTime.TryParse(body.AsSpan(start + name.Length, body.IndexOf('"', start + name.Length) - start - name.Length), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at)
            ? (at - DateTime.UnixEpoch).Ticks / 10
            : 0;
    }
}
