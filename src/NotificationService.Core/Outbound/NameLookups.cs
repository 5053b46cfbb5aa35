using System.Net;

namespace NotificationService.Outbound;

/// <summary>
/// The system's resolver, which blocks its thread for as long as somebody's name server likes. Of the thread pool's own threads
/// a few such names would take all, and with them everything else that this process does: each lookup has a thread of its own, and
/// so that there is an end to those too, whoever finds as many under way as may be waits, as long as its own deadline allows.
/// </summary>
/// <param name="places">Threads at once.</param>
/// <param name="resolve">Blocks; the system's by default.</param>
public sealed class NameLookups(SemaphoreSlim places, Func<string, IPAddress[]>? resolve = null)
{
    private const int Most = 64;

    /// <summary>The process's own, however many guards there are.</summary>
    public static readonly NameLookups OfProcess = new(new SemaphoreSlim(Most, Most));

    private readonly Func<string, IPAddress[]> resolve = resolve ?? Dns.GetHostAddresses;

    public async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        // A place belongs to the thread, not to whoever waits for it: the resolver cannot be told to stop.
        var lookup = Task.Factory.StartNew(
            () => Resolve(host), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        return await lookup.WaitAsync(cancellationToken);
    }

    private IPAddress[] Resolve(string host)
    {
        try
        {
            return resolve(host);
        }
        finally
        {
            places.Release();
        }
    }
}
