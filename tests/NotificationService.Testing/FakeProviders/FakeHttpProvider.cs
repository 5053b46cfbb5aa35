using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NotificationService.Testing.FakeProviders;

/// <summary>
/// A vendor's HTTP API on a port of its own. It writes every call down before it answers, in memory and if wanted in a
/// file that survives everything, so that a test knows what really reached the vendor.
/// </summary>
public sealed class FakeHttpProvider : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<FakeCall> calls = new();
    private readonly ConcurrentQueue<FakeCall> asked = new();
    private readonly ConcurrentQueue<FakeResponse> next = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> violations = new();
    private readonly FakeContract contract;
    private readonly FileStream? log;
    private readonly Lock logSync = new();
    private int count;
    private int underWay;
    private int maxAtOnce;

    private FakeHttpProvider(WebApplication app, FakeContract contract, FileStream? log) => (this.app, this.contract, this.log) = (app, contract, log);

    public Uri BaseUrl => new(app.Urls.First());

    /// <summary>Every call to send, in the order in which they came.</summary>
    public IReadOnlyList<FakeCall> Calls => [.. calls];

    /// <summary>Every call that handed nothing over: a look at the account, a token.</summary>
    public IReadOnlyList<FakeCall> Asked => [.. asked];

    /// <summary>The answers to calls that broke the vendor's rules; such a call gets that answer, whatever is scripted.</summary>
    public IReadOnlyList<string> Violations => [.. violations];

    /// <summary>By the clock that <see cref="FakeCall.At"/> shows.</summary>
    public TimeSpan Elapsed => clock.Elapsed;

    /// <summary>The most calls that were under way at once.</summary>
    public int MaxAtOnce => Volatile.Read(ref maxAtOnce);

    /// <summary>Answers whatever is not scripted by <see cref="Script"/>; given the call, so that it may look at its content.</summary>
    public Func<FakeCall, FakeResponse> Otherwise { get; set; } = _ => FakeResponse.Accept;

    /// <summary>The next calls get these answers, one each.</summary>
    public void Script(params ReadOnlySpan<FakeResponse> responses)
    {
        foreach (var reply in responses)
            next.Enqueue(reply);
    }

    public void Forget()
    {
        calls.Clear();
        asked.Clear();
        next.Clear();
        violations.Clear();
        Otherwise = _ => FakeResponse.Accept;
    }

    /// <param name="logFile">Where to append a line "delivery attempt" per call, flushed to disk before the response.</param>
    /// <param name="certificate">Speaks HTTPS with it.</param>
    /// <param name="contract">Whose API it is; SendGrid's by default.</param>
    public static async Task<FakeHttpProvider> StartAsync(string? logFile = null, X509Certificate2? certificate = null, FakeContract? contract = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                if (certificate is not null)
                    endpoint.UseHttps(certificate);
            });
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var server = builder.Build();
        var provider = new FakeHttpProvider(
            server, contract ?? new SendGridContract(), logFile is null ? null : new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.Read));
        server.Run(provider.HandleAsync);
        await server.StartAsync();
        return provider;
    }

    /// <summary>The deliveries and attempts in such a file.</summary>
    public static IReadOnlyList<(string Delivery, int Attempt)> ReadLog(string logFile) =>
        [.. File.ReadLines(logFile).Select(line => line.Split(' ')).Select(parts => (parts[0], int.Parse(parts[1])))];

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (log is not null)
            await log.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var call = new FakeCall(
            0, context.Request.Method, context.Request.Path,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body, "", 0, clock.Elapsed)
        { Connection = context.Connection.Id, Query = context.Request.QueryString.Value ?? "" };
        if (!contract.IsSend(call))
        {
            asked.Enqueue(call);
            await RespondAsync(context, call, contract.Ask(call));
            return;
        }

        var (delivery, attempt) = contract.IdsOf(call);
        call = call with { Number = Interlocked.Increment(ref count), Delivery = delivery, Attempt = attempt };
        calls.Enqueue(call);
        Append(call);
        var refusal = contract.Refusal(call);
        if (refusal is not null)
            violations.Enqueue(refusal.ToString());
        lock (logSync)
            maxAtOnce = Math.Max(maxAtOnce, ++underWay);
        try
        {
            await RespondAsync(context, call, refusal ?? (next.TryDequeue(out var scripted) ? scripted : Otherwise(call)));
        }
        finally
        {
            lock (logSync)
                underWay--;
        }
    }

    private void Append(FakeCall call)
    {
        if (log is null)
            return;
        lock (logSync)
        {
            log.Write(System.Text.Encoding.ASCII.GetBytes($"{call.Delivery} {call.Attempt}\n"));
            log.Flush(flushToDisk: true);
        }
    }

    private async Task RespondAsync(HttpContext context, FakeCall call, FakeResponse reply)
    {
        var response = context.Response;
        var aborted = context.RequestAborted;
        switch (reply)
        {
            case FakeResponse.Delayed delayed:
                await Task.Delay(delayed.Delay, aborted);
                await RespondAsync(context, call, delayed.Then);
                break;
            case FakeResponse.Held held:
                await held.Moment.WaitAsync(aborted);
                await RespondAsync(context, call, held.Then);
                break;
            case FakeResponse.Taken:
                await RespondAsync(context, call, contract.Accept(call));
                break;
            case FakeResponse.Plain plain:
                response.StatusCode = plain.StatusCode;
                foreach (var (name, value) in plain.Headers)
                    response.Headers.Append(name, value);
                await response.WriteAsync(plain.Body, aborted);
                break;
            case FakeResponse.Broken:
                context.Abort();
                break;
            case FakeResponse.Half half:
                response.StatusCode = half.StatusCode;
                response.ContentLength = 1000;
                await response.WriteAsync("{\"errors\":[{\"mess", aborted);
                break; // fewer bytes than announced: the server closes the connection
            case FakeResponse.Noise:
                // Past the HTTP layer, which could not say such a thing.
                var transport = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport;
                await transport.Output.WriteAsync("SSH-2.0-dropbear\r\n\r\n\0\0\0\r\n"u8.ToArray(), aborted);
                context.Abort();
                break;
            case FakeResponse.Drip drip:
                response.StatusCode = drip.StatusCode;
                while (!aborted.IsCancellationRequested)
                {
                    await response.WriteAsync(" ", aborted);
                    await response.Body.FlushAsync(aborted);
                    await Task.Delay(50, aborted);
                }

                break;
            case FakeResponse.Large large:
                response.StatusCode = large.StatusCode;
                var chunk = new byte[16 * 1024];
                for (var sent = 0; sent < large.Bytes; sent += chunk.Length)
                    await response.Body.WriteAsync(chunk, aborted);
                break;
            case FakeResponse.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, aborted);
                break;
        }
    }
}
