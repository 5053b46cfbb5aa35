using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NotificationService.Benchmarks.Provider;

/// <summary>
/// A vendor that takes SendGrid's <c>POST /v3/mail/send</c> and does next to nothing with it: counts, and notes when
/// a recipient <c>probe-&lt;n&gt;@…</c> arrived. <c>/hooks/…</c> and <c>/hangs/…</c> are customers' endpoints. <c>/stats</c>, <c>/probes</c>, <c>/reset</c> and <c>/delay?ms=</c> are for the benchmark.
/// </summary>
internal static class FakeProvider
{
    private static readonly Lock Sync = new();
    private static readonly List<(int Number, long At)> Probes = [];
    private static long count;
    private static long first;
    private static long last;
    private static int delay;

    public static async Task<int> RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.Run(RespondAsync);
        await app.RunAsync();
        return 0;
    }

    private static Task RespondAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/v3/mail/send" => TakeAsync(context),
        { } path when path.StartsWith("/hooks/", StringComparison.Ordinal) => WebhookTarget.TakeAsync(context),
        { } path when path.StartsWith("/hangs/", StringComparison.Ordinal) => WebhookTarget.HangAsync(context),
        "/hooks" => WebhookTarget.ReportAsync(context),
        "/probes" => context.Response.WriteAsync(Locked(() => string.Join('\n', Probes.Select(probe => $"{probe.Number} {probe.At}")))),
        "/reset" => context.Response.WriteAsync(Locked(() =>
        {
            Probes.Clear();
            count = first = last = 0;
            return "ok";
        })),
        "/delay" => context.Response.WriteAsync(Locked(() => (delay = int.Parse(context.Request.Query["ms"]!)).ToString())),
        _ => context.Response.WriteAsync(Locked(() => $"{count} {first} {last}")),
    };

    private static async Task TakeAsync(HttpContext context)
    {
        var probe = await ReadAsync(context.Request.BodyReader);
        var at = Clock.Microseconds();
        long number;
        lock (Sync)
        {
            number = ++count;
            if (number == 1)
                first = at;
            last = at;
            if (probe >= 0)
                Probes.Add((probe, at));
        }

        if (delay > 0)
            await Task.Delay(delay);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers["X-Message-Id"] = $"m{number:x15}";
        context.Response.ContentLength = 0;
    }

    /// <summary>Reads the body to its end. The recipient stands at its beginning.</summary>
    private static async ValueTask<int> ReadAsync(PipeReader body)
    {
        while (true)
        {
            var read = await body.ReadAsync();
            if (read.IsCompleted)
            {
                var probe = Probe(read.Buffer.FirstSpan);
                body.AdvanceTo(read.Buffer.End);
                return probe;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static int Probe(ReadOnlySpan<byte> body)
    {
        var at = body[..Math.Min(body.Length, 256)].IndexOf("probe-"u8);
        return at >= 0 && int.TryParse(body[(at + 6)..][..body[(at + 6)..].IndexOf((byte)'@')], CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    private static string Locked(Func<string> read)
    {
        lock (Sync)
            return read();
    }
}
