using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>A receiver behind TLS.</summary>
internal sealed class TlsReceiver : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public TlsReceiver(SslStreamCertificateContext certificate, string response)
    {
        listener.Start();
        loop = ListenAsync(certificate, response);
    }

    public Uri Url => new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await loop;
        stop.Dispose();
    }

    private async Task ListenAsync(SslStreamCertificateContext certificate, string response)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, stop.Token);
                await RawRequest.ReadAsync(stream, stop.Token);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(response), stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or InvalidOperationException or AuthenticationException)
            {
                // The next one, unless the test has ended.
            }
        }
    }
}
