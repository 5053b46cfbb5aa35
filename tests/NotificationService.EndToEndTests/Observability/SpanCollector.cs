using System.Collections.Concurrent;
using System.Net;
using System.Text;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>One span as it was exported.</summary>
internal sealed record ExportedSpan(string TraceId, string SpanId, string ParentId, string Name);

/// <summary>An OpenTelemetry collector, as far as spans over HTTP go: takes what is exported and keeps it.</summary>
internal sealed class SpanCollector : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<byte[]> exports = new();
    private readonly Task serving;

    public SpanCollector()
    {
        Address = $"http://127.0.0.1:{ServiceProcess.FreePort()}/";
        listener.Prefixes.Add(Address);
        listener.Start();
        serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>Everything that came, as far as it is text.</summary>
    public string Text => string.Concat(exports.Select(Encoding.UTF8.GetString));

    /// <summary>Request → resource spans (1) → scope spans (2) → span (2), of which 1, 2, 4 and 5 are the ids and the name.</summary>
    public IReadOnlyList<ExportedSpan> Spans =>
    [
        .. from export in exports
           from resource in Fields(export, 1)
           from scope in Fields(resource, 2)
           from span in Fields(scope, 2)
           select new ExportedSpan(Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).FirstOrDefault() ?? [])),
    ];

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var exchange = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await exchange.Request.InputStream.CopyToAsync(body);
                exports.Enqueue(body.ToArray());
                exchange.Response.ContentType = "application/x-protobuf";
                exchange.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // It was stopped, which the loop sees, or one of those that export went away in the middle.
            }
        }
    }

    private static string Hex(byte[] message, int number) => Convert.ToHexStringLower(Fields(message, number).FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of one number in a protobuf message.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == number)
                        found.Add(message[at..(at + length)]);
                    at += length;
                    break;
            }
        }

        return found;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
