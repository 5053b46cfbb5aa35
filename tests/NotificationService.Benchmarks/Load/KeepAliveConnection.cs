using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NotificationService.Benchmarks.Load;

/// <summary>One blocking connection that costs next to nothing: the machine shall be the service's.</summary>
internal sealed class KeepAliveConnection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[1024 * 1024];

    private readonly byte[] expected;

    /// <param name="service">Where it is.</param>
    /// <param name="expected">The status of every response.</param>
    public KeepAliveConnection(Uri service, string expected = "202")
    {
        this.expected = Encoding.ASCII.GetBytes(expected);
        socket.Connect(service.Host, service.Port);
    }

    /// <summary>Sends a request and reads the whole response.</summary>
    public void Send(byte[] request)
    {
        socket.Send(request);
        var length = 0;
        while (true)
        {
            var read = socket.Receive(buffer.AsSpan(length));
            if (read == 0)
                throw new IOException("the service closed the connection");
            length += read;
            if (IsWhole(buffer.AsSpan(0, length)))
                break;
        }

        if (!buffer.AsSpan(9, 3).SequenceEqual(expected))
            throw new IOException($"the service answered {Encoding.UTF8.GetString(buffer, 0, Math.Min(length, 600))}");
    }

    public void Dispose() => socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> response)
    {
        var head = response.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var at = response[..head].IndexOf("Content-Length: "u8);
        // What comes in chunks is JSON, in which no line ends.
        if (at < 0)
            return response.EndsWith("\r\n0\r\n\r\n"u8);
        var digits = response[(at + 16)..];
        return response.Length >= head + 4 + int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
