using System.Net;

namespace NotificationService.Providers.Http;

/// <summary>A request body of ready bytes that knows whether the connection has begun to take them.</summary>
internal abstract class ReadyBody : HttpContent
{
    protected ReadyBody(string contentType) => Headers.TryAddWithoutValidation("Content-Type", contentType);

    /// <summary>False: the vendor has not seen any of the message.</summary>
    public bool Started { get; private set; }

    protected abstract ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>After a whole answer the bytes are surely read.</summary>
    public abstract void Release();

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        return stream.WriteAsync(Bytes, cancellationToken).AsTask();
    }

    protected sealed override bool TryComputeLength(out long length)
    {
        length = Bytes.Length;
        return true;
    }
}
