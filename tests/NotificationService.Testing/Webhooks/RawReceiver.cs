using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NotificationService.Testing.Webhooks;

/// <summary>
/// A receiver of webhooks that is nothing but a socket: it keeps the bytes of every request and answers what the test
/// says, bytes that no HTTP server would send included. What it counts are connections, whether or not anything came over them.
/// </summary>
public sealed class RawReceiver : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Func<Stream, RawRequest, CancellationToken, Task> response;
    private readonly CancellationTokenSource stop = new();
    private readonly List<RawRequest> requests = [];
    private readonly List<Task> conversations = [];
    private readonly Task loop;
    private int connections;

    public RawReceiver(string response)
        : this((stream, _, token) => stream.WriteAsync(Encoding.Latin1.GetBytes(response), token).AsTask())
    {
    }

    /// <param name="response">Answers one request. The connection is closed after it unless the request's sender closes it before.</param>
    /// <param name="everywhere">Listens on every address of the machine, IPv6 included, instead of on 127.0.0.1.</param>
    public RawReceiver(Func<Stream, RawRequest, CancellationToken, Task> response, bool everywhere = false)
    {
        this.response = response;
        listener = everywhere ? TcpListener.Create(0) : new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        loop = ListenAsync();
    }

    public int Port { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}/hook?x=1");

    public int Connections => Volatile.Read(ref connections);

    public IReadOnlyList<RawRequest> Requests
    {
        get
        {
            lock (requests)
                return [.. requests];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await loop;
        Task[] open;
        lock (conversations)
            open = [.. conversations];
        await Task.WhenAll(open);
        stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }

            Interlocked.Increment(ref connections);
            lock (conversations)
                conversations.Add(ConverseAsync(client));
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                if (await RawRequest.ReadAsync(stream, stop.Token) is not { } request)
                    return;
                lock (requests)
                    requests.Add(request);
                await response(stream, request, stop.Token);
                // Closed at once, a socket with unread input would reset what is still on its way.
                client.Client.Shutdown(SocketShutdown.Send);
                _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The caller had enough, or the test has ended.
            }
        }
    }
}

/// <summary>One request as it came over the wire.</summary>
/// <param name="Head">Request line and headers, with their line ends and the empty line.</param>
/// <param name="Body">As many bytes as Content-Length says.</param>
public sealed record RawRequest(string Head, byte[] Body)
{
    /// <summary>Line by line, the request line first.</summary>
    public IReadOnlyList<string> Lines => Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    public string? Header(string name) => Lines.Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).SingleOrDefault();

    /// <summary>Null: the connection ended before there was one.</summary>
    public static async Task<RawRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var request = new RawRequest(head.ToString(), []);
        var body = new byte[int.Parse(request.Header("Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return request with { Body = body };
    }
}
