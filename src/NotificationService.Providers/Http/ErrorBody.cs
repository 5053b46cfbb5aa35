using System.Buffers;

namespace NotificationService.Providers.Http;

/// <summary>The beginning of an error's body. However much is sent, however slowly, and wherever it breaks off: what has come by then is enough.</summary>
internal static class ErrorBody
{
    public const int Longest = 64 * 1024;

    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Longest);
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            int read;
            while (length < Longest && (read = await stream.ReadAsync(buffer.AsMemory(length, Longest - length), cancellationToken)) > 0)
                length += read;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status has already said what matters.
        }

        var body = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return body;
    }
}
