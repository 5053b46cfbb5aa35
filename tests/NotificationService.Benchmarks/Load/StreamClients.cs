using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NotificationService.Benchmarks.Load;

/// <summary>
/// Open streams of server-sent events, each a socket and a small buffer: the machine shall be the service's. What is published says its number,
/// <c>{"n":7}</c>, and of each number that comes the arrival is noted.
/// </summary>
internal sealed class StreamClients : IDisposable
{
    private const int Opening = 64;

    private static readonly byte[] Number = "\"n\":"u8.ToArray();

    private readonly Socket[] sockets;
    private readonly (int Number, long At)[] arrivals = new (int, long)[4_000_000];
    private int arrived;
    private int ended;

    private StreamClients(Socket[] sockets) => this.sockets = sockets;

    /// <summary>Streams that the service has closed.</summary>
    public int Ended => Volatile.Read(ref ended);

    /// <summary>What came since the last call, and when, as timestamps.</summary>
    public IReadOnlyList<(int Number, long At)> Take() => arrivals[..Math.Min(Interlocked.Exchange(ref arrived, 0), arrivals.Length)];

    /// <param name="service">Where it is.</param>
    /// <param name="tokens">One stream each.</param>
    /// <param name="reading">Whether what comes is read; otherwise nothing is after the first.</param>
    public static async Task<StreamClients> OpenAsync(Uri service, IReadOnlyList<string> tokens, bool reading = true)
    {
        var clients = new StreamClients(new Socket[tokens.Count]);
        await Parallel.ForEachAsync(Enumerable.Range(0, tokens.Count), new ParallelOptions { MaxDegreeOfParallelism = Opening }, async (i, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (!reading)
                socket.ReceiveBufferSize = 4096;
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(service.Host), service.Port), cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/users/me/events HTTP/1.1\r\nHost: {service.Authority}\r\nAuthorization: Bearer {tokens[i]}\r\n\r\n"), cancellationToken);
            var buffer = new byte[1024];
            var (length, head) = (0, "");
            // The counts come first: then it listens.
            while (!(head = Encoding.UTF8.GetString(buffer, 0, length)).Contains("\"unread\"", StringComparison.Ordinal))
            {
                var read = length == buffer.Length ? 0 : await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                    throw new IOException($"no stream was opened: {head}");
                length += read;
            }

            clients.sockets[i] = socket;
        });
        foreach (var socket in reading ? clients.sockets : [])
            _ = clients.ReadAsync(socket);
        return clients;
    }

    public void Dispose()
    {
        foreach (var socket in sockets)
            socket.Dispose();
    }

    private async Task ReadAsync(Socket socket)
    {
        var buffer = new byte[2048];
        var kept = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(kept)) is var read and > 0)
            {
                var at = TimeProvider.System.GetTimestamp();
                var length = kept + read;
                kept = Note(buffer.AsSpan(0, length), at);
                // What may be the beginning of a number waits for its end.
                buffer.AsSpan(length - kept, kept).CopyTo(buffer);
            }

            Interlocked.Increment(ref ended);
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref ended);
        }
        catch (ObjectDisposedException)
        {
            // The benchmark has ended.
        }
    }

    /// <returns>How many of the last bytes are to be looked at again.</returns>
    private int Note(ReadOnlySpan<byte> text, long at)
    {
        while (text.IndexOf(Number) is var found and >= 0)
        {
            var digits = text[(found + Number.Length)..];
            var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (end < 0)
                return text.Length - found;
            var slot = Interlocked.Increment(ref arrived) - 1;
            if (slot < arrivals.Length)
                arrivals[slot] = (int.Parse(digits[..end]), at);
            text = digits[end..];
        }

        return Math.Min(text.Length, Number.Length - 1);
    }
}
