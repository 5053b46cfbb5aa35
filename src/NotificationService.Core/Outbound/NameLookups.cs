using System.Net;

namespace NotificationService.Outbound;

/// <summary>
/// The system's resolver, which blocks its thread for as long as somebody's name server likes. Of the thread pool's own threads
/// a few such names would take all, and with them everything else that this process does: each lookup has a thread of its own, and
/// so that there is an end to those too, whoever finds as many under way as may be waits, as long as its own deadline allows.
/// Whoever asks for the same name shares one lookup, and what took long to learn is kept for a while: a name that hangs has one place for some
/// of the time, however often it is asked for.
/// </summary>
/// <param name="permits">Threads at once.</param>
/// <param name="resolve">Blocks; the system's by default.</param>
/// <param name="time">The system's by default.</param>
public sealed class NameLookups(SemaphoreSlim permits, Func<string, IPAddress[]>? resolve = null, TimeProvider? time = null)
{
    /// <summary>Half of them for webhooks, whose names are the easiest to come by; the other half is out of their reach.</summary>
    private const int Max = 64;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    /// <summary>The process's own, for providers, however many guards there are.</summary>
    public static readonly NameLookups OfProviders = new(new SemaphoreSlim(Max / 2, Max / 2));

    /// <summary>The process's own, for webhooks.</summary>
    public static readonly NameLookups OfWebhooks = new(new SemaphoreSlim(Max / 2, Max / 2));

    private readonly Func<string, IPAddress[]> resolve = resolve ?? Dns.GetHostAddresses;
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock sync = new();
    private readonly Dictionary<string, Lookup> lookups = new(StringComparer.OrdinalIgnoreCase);

    public async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        var lookup = Join(host);
        try
        {
            return await lookup.Response.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(host, lookup);
        }
    }

    private Lookup Join(string host)
    {
        Lookup? lookup;
        lock (sync)
        {
            if (lookups.TryGetValue(host, out lookup))
            {
                lookup.Callers++;
                return lookup;
            }

            lookups.Add(host, lookup = new Lookup { Callers = 1 });
        }

        _ = BeginAsync(host, lookup);
        return lookup;
    }

    /// <summary>What nobody waits for any more does not wait for a place either. What has one keeps it until the resolver is done.</summary>
    private void Leave(string host, Lookup lookup)
    {
        lock (sync)
        {
            if (--lookup.Callers > 0 || lookup.HasPermit)
                return;
            Forget(host, lookup);
        }

        lookup.Dispose();
    }

    private async Task BeginAsync(string host, Lookup lookup)
    {
        try
        {
            await permits.WaitAsync(lookup.GivenUp);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (sync)
            lookup.HasPermit = true;
        // A permit belongs to the thread, not to whoever waits for it: the resolver cannot be asked to stop.
        await Task.Factory.StartNew(
            () => Resolve(host, lookup), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }

#pragma warning disable CA1031 // whoever waits is notified, whatever it is
    private void Resolve(string host, Lookup lookup)
    {
        var began = time.GetTimestamp();
        try
        {
            var addresses = resolve(host);
            End(host, lookup, began);
            lookup.Response.SetResult(addresses);
        }
        catch (Exception exception)
        {
            End(host, lookup, began);
            lookup.Response.SetException(exception);
            _ = lookup.Response.Task.Exception; // they may all be gone
        }
    }
#pragma warning restore CA1031

    private void End(string host, Lookup lookup, long began)
    {
        permits.Release();
        if (time.GetElapsedTime(began) > Long)
        {
            _ = ForgetLaterAsync(host, lookup);
            return;
        }

        lock (sync)
            Forget(host, lookup);
    }

    private async Task ForgetLaterAsync(string host, Lookup lookup)
    {
        await Task.Delay(KeptFor, time);
        lock (sync)
            Forget(host, lookup);
    }

    private void Forget(string host, Lookup lookup)
    {
        if (lookups.TryGetValue(host, out var current) && current == lookup)
            lookups.Remove(host);
    }

    private sealed class Lookup : IDisposable
    {
        private readonly CancellationTokenSource givenUp = new();

        public Lookup() => GivenUp = givenUp.Token;

        public TaskCompletionSource<IPAddress[]> Response { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken GivenUp { get; }

        /// <summary>Who waits for it.</summary>
        public int Callers { get; set; }

        public bool HasPermit { get; set; }

        /// <summary>Nobody waits for it, and it has no place.</summary>
        public void Dispose()
        {
            givenUp.Cancel();
            givenUp.Dispose();
        }
    }
}
