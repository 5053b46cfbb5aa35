using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace NotificationService.Benchmarks.Shell;

/// <summary>
/// Kestrel's connections without sockets: two pipes each, everything on the caller's thread. What is measured through
/// it is the server's own work on a request and nothing of the kernel's.
/// </summary>
internal sealed class InMemoryTransport : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> accepted = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <summary>The client's end of a new connection.</summary>
    public IDuplexPipe Connect()
    {
        var inline = new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
        var (requests, responses) = (new Pipe(inline), new Pipe(inline));
        var client = new Ends(responses.Reader, requests.Writer);
        accepted.Writer.TryWrite(new Connection(new Ends(requests.Reader, responses.Writer), client));
        return client;
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await accepted.Reader.WaitToReadAsync(cancellationToken) && accepted.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Connection(IDuplexPipe transport, IDuplexPipe application) : DefaultConnectionContext("in-memory", transport, application)
    {
        /// <summary>There is no socket to cut; the pipes end by themselves.</summary>
        public override void Abort(ConnectionAbortedException abortReason)
        {
        }
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
