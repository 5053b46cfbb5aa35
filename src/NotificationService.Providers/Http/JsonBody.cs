using System.Net;

namespace NotificationService.Providers.Http;

/// <summary>A request body of ready bytes that knows whether the connection has begun to take them.</summary>
internal sealed class JsonBody : HttpContent
{
    private readonly PooledJson json;

    public JsonBody(PooledJson json)
    {
        this.json = json;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    /// <summary>False: the vendor has not seen any of the message.</summary>
    public bool Started { get; private set; }

    /// <summary>After a whole answer the bytes are surely read.</summary>
    public void Release() => json.Return();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        return stream.WriteAsync(json.Written, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = json.Written.Length;
        return true;
    }
}
