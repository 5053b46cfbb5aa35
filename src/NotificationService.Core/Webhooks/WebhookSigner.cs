using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Webhooks;

/// <summary>Signs by Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>, under each secret that holds.</summary>
public static class WebhookSigner
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Version = "v1,";

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, in their order, with blanks between.</summary>
    /// <param name="messageId">The value of <c>webhook-id</c>, the same at every attempt.</param>
    /// <param name="timestamp">The value of <c>webhook-timestamp</c>: when this attempt is made, in Unix seconds.</param>
    /// <param name="body">The bytes that go out.</param>
    /// <param name="secrets">The newest first.</param>
    public static string Sign(string messageId, long timestamp, ReadOnlySpan<byte> body, IReadOnlyList<WebhookSecret> secrets)
    {
        // In one piece: a hash that is begun and added to costs several times as much.
        var head = string.Create(CultureInfo.InvariantCulture, $"{messageId}.{timestamp}.");
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length) + body.Length);
        var length = Encoding.UTF8.GetBytes(head, buffer);
        body.CopyTo(buffer.AsSpan(length));
        var signed = buffer.AsSpan(0, length + body.Length);
        var signatures = "";
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in secrets)
        {
            HMACSHA256.HashData(secret.Key, signed, hash);
            signatures = signatures.Length == 0 ? Version + Convert.ToBase64String(hash) : $"{signatures} {Version}{Convert.ToBase64String(hash)}";
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return signatures;
    }
}
