using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>
/// Open conversations with one server. A conversation is one message at a time, so there are several; the one used last
/// is used next, and what nobody needs any more is closed before the server does it.
/// </summary>
internal sealed class SmtpPool(SmtpSettings settings, string name, EndpointGuard guard, ProviderOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Shorter than servers keep an idle connection.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    private readonly Lock sync = new();
    private readonly List<(SmtpConnection Connection, long Since)> idle = []; // the last is the one used last
    private ITimer? closing;
    private bool disposed;

    /// <summary>One that is waiting, or null.</summary>
    public async ValueTask<SmtpConnection?> TakeIdleAsync()
    {
        while (Pop() is { } connection)
        {
            if (!connection.HasDied)
                return connection;
            await connection.DisposeAsync();
        }

        return null;
    }

    public Task<SmtpOpening> OpenAsync(CancellationToken cancellationToken) => SmtpOpening.BeginAsync(settings, name, guard, options, cancellationToken);

    public async ValueTask GiveBackAsync(SmtpConnection connection)
    {
        if (connection.IsUsable && Keep(connection))
            return;
        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        lock (sync)
            disposed = true;
        await CloseAsync(olderThan: TimeSpan.Zero);
    }

    private SmtpConnection? Pop()
    {
        lock (sync)
        {
            if (idle.Count == 0)
                return null;
            var connection = idle[^1].Connection;
            idle.RemoveAt(idle.Count - 1);
            return connection;
        }
    }

    private bool Keep(SmtpConnection connection)
    {
        lock (sync)
        {
            if (disposed)
                return false;
            idle.Add((connection, time.GetTimestamp()));
            // Only set while something waits, so that a pool nobody uses any more is forgotten.
            closing ??= time.CreateTimer(_ => _ = CloseAsync(IdleFor), null, IdleFor, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    private async Task CloseAsync(TimeSpan olderThan)
    {
        List<SmtpConnection> old;
        lock (sync)
        {
            old = [.. idle.Where(one => time.GetElapsedTime(one.Since) >= olderThan).Select(one => one.Connection)];
            idle.RemoveAll(one => old.Contains(one.Connection));
            closing?.Dispose();
            closing = idle.Count == 0 ? null : time.CreateTimer(_ => _ = CloseAsync(IdleFor), null, IdleFor, Timeout.InfiniteTimeSpan);
        }

        foreach (var connection in old)
            await connection.QuitAsync();
    }
}
