using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using NotificationService.Realtime;

namespace NotificationService.Host.Api.Realtime;

/// <summary>Writes a stream to one client as server-sent events, as long as its token is good and it reads what it is given.</summary>
internal sealed class StreamWriter(HttpContext context, StreamToken token, TimeProvider time)
{
    public const string EventStream = "text/event-stream";

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>A client that takes so long to read what it is given is cut off.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(10);

    /// <summary>When a browser comes back after its stream ended: spread over so many milliseconds from the first on, so that those of a node that stops do not all come at once.</summary>
    private const int FirstRetry = 1_000;

    private const int RetrySpread = 4_000;

    private readonly PipeWriter writer = context.Response.BodyWriter;

    /// <param name="read">What the stream brings.</param>
    /// <param name="stopping">The process ends.</param>
    public async Task WriteAsync(Func<CancellationToken, IAsyncEnumerable<StreamMessage>> read, CancellationToken stopping)
    {
        context.Response.ContentType = EventStream;
        context.Response.Headers.CacheControl = "no-store";
        // A proxy that gathers a response before it passes it on would keep the client waiting for ever.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"retry: {Retry()}\n\n"));
            await FlushAsync(end);
            var written = time.GetTimestamp();
            await foreach (var message in read(end.Token))
            {
                if (!await token.IsGoodAsync(end.Token))
                    return;
                if (StreamEnvelope.Of(message) is { } envelope)
                    Write(envelope);
                else if (time.GetElapsedTime(written) >= KeepAlive)
                    Write($":\nid: {message.Position}\n\n");
                else
                    continue;
                await FlushAsync(end);
                written = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The token has ended, the client has gone or does not read, or the process stops: the client comes back with its position.
            if (!context.RequestAborted.IsCancellationRequested && !stopping.IsCancellationRequested && token.UntilEnd() > TimeSpan.Zero)
                context.Abort();
        }
    }

    private async Task FlushAsync(CancellationTokenSource end)
    {
        end.CancelAfter(LongestWrite);
        await writer.FlushAsync(end.Token);
        end.CancelAfter(token.UntilEnd());
    }

    private int Retry() => FirstRetry + (int)((uint)string.GetHashCode(context.TraceIdentifier, StringComparison.Ordinal) % RetrySpread);

    private void Write(StreamEnvelope envelope)
    {
        Write($"event: {envelope.Type}\nid: {envelope.Id}\ndata: ");
        envelope.Data.CopyTo(writer.GetSpan(envelope.Data.Length));
        writer.Advance(envelope.Data.Length);
        Write("\n\n");
    }

    private void Write(string text) => writer.Advance(Encoding.UTF8.GetBytes(text, writer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
}
