using System.Net;
using System.Net.Sockets;

namespace NotificationService.Benchmarks.Provider;

/// <summary>Takes every connection and everything that is sent, and never answers.</summary>
internal sealed class SilentServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public SilentServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = SwallowAsync(await listener.AcceptSocketAsync(stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task SwallowAsync(Socket socket)
    {
        using var open = socket;
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, stopping.Token) > 0)
            {
                // Nothing is said to it.
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Gone, or stopped.
        }
    }
}
