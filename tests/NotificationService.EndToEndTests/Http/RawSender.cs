using System.Net.Sockets;
using System.Text;

namespace NotificationService.EndToEndTests.Http;

/// <summary>One connection on which a request comes as slowly as a test likes, and what was answered so far.</summary>
internal sealed class RawSender : IDisposable
{
    private readonly TcpClient client = new();
    private readonly StringBuilder response = new();
    private NetworkStream? stream;
    private Task? reading;

    public string Response
    {
        get
        {
            lock (response)
                return response.ToString();
        }
    }

    public int Status => RawConnection.StatusOf(Response);

    /// <summary>Whether the service has closed the connection.</summary>
    public bool IsClosed => reading?.IsCompleted == true;

    public static async Task<RawSender> OpenAsync(Uri address, string head)
    {
        var sender = new RawSender();
        await sender.client.ConnectAsync(address.Host, address.Port);
        sender.stream = sender.client.GetStream();
        sender.reading = sender.ReadAsync();
        await sender.SendAsync(Encoding.Latin1.GetBytes(head));
        return sender;
    }

    /// <summary>Nothing where the service hears no more.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await stream!.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // It has answered and closed.
        }
    }

    /// <summary>As a process that is killed leaves its connections.</summary>
    public void Reset()
    {
        client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
    }

    public void Dispose() => client.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream!.ReadAsync(buffer) is > 0 and var read)
            {
                lock (response)
                    response.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Reset: the request was not read to its end.
        }
    }
}
