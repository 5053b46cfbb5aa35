using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NotificationService.Providers.Http;

/// <summary>A buffer and the writer into it, used again and again: a request body is written once, as the bytes that go out.</summary>
internal sealed class PooledJson
{
    private const int MaxKept = 256;
    private const int LargestKept = 256 * 1024;

    private static readonly ConcurrentQueue<PooledJson> Pool = new();

    private readonly ArrayBufferWriter<byte> buffer = new(4096);

    private PooledJson() => Writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
    {
        // A vendor's API is no web page: escaping < and ' would only make the body longer.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public Utf8JsonWriter Writer { get; }

    public ReadOnlyMemory<byte> Written => buffer.WrittenMemory;

    public static PooledJson Rent() => Pool.TryDequeue(out var json) ? json : new PooledJson();

    /// <summary>Only once nobody reads it any more: not after a call that was given up, whose bytes may still be on their way.</summary>
    public void Return()
    {
        if (buffer.Capacity > LargestKept || Pool.Count >= MaxKept)
            return;
        buffer.ResetWrittenCount();
        Writer.Reset(buffer);
        Pool.Enqueue(this);
    }
}
