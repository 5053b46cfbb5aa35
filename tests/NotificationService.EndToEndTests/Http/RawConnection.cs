using System.Net.Sockets;
using System.Text;

namespace NotificationService.EndToEndTests.Http;

/// <summary>Bytes to the service and back, for requests that no HTTP client would send.</summary>
internal static class RawConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Everything the service answers until it closes the connection.</summary>
    /// <param name="thenEnd">Nothing more will be sent, and the service may know it.</param>
    public static async Task<string> ExchangeAsync(Uri address, byte[] request, bool thenEnd = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, patience.Token);
        await using var stream = client.GetStream();
        var writing = WriteAsync(client, request, thenEnd, patience.Token);
        var response = new StringBuilder();
        try
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, patience.Token)) > 0)
                response.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // The connection was reset after the response, because the request was not read to its end.
        }

        await writing;
        return response.ToString();
    }

    public static int StatusOf(string response) =>
        response.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(response.AsSpan(9, 3)) : 0;

    public static string BodyOf(string response)
    {
        var end = response.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? "" : response[(end + 4)..];
    }

    private static async Task WriteAsync(TcpClient client, byte[] request, bool thenEnd, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetStream().WriteAsync(request, cancellationToken);
            if (thenEnd)
                client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The service has heard enough.
        }
    }
}
