using System.Runtime.InteropServices;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Realtime;

/// <summary>
/// Writes single events, of each tenant one commit at a time: what comes while one is under way shares the next. A tenant's commits follow each other anyway,
/// because its head is locked by each; so a tenant that publishes much waits for itself, with one connection and not with all of them.
/// </summary>
public sealed class EventWriter(RealtimeStore store)
{
    /// <summary>Of one commit.</summary>
    public const int MaxEvents = 200;

    /// <summary>The data of one commit; what alone is more goes alone.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly Lock sync = new();
    private readonly Dictionary<TenantId, LinkedList<Waiting>> lines = [];

    /// <summary>Ends when the commit that holds the event has ended. Whoever gives up before it began has published nothing.</summary>
    public async Task PublishAsync(TenantId tenant, RealtimeEvent published, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(published);
        lock (sync)
        {
            ref var line = ref CollectionsMarshal.GetValueRefOrAddDefault(lines, tenant, out var isWritten);
            (line ??= []).AddLast(waiting.Place);
            if (!isWritten)
                _ = WriteAsync(tenant, line);
        }

        using var givingUp = cancellationToken.Register(() => GiveUp(waiting, cancellationToken));
        await waiting.Done.Task;
    }

    /// <summary>What stays in no line costs nothing: callers that come and go cannot fill it.</summary>
    private void GiveUp(Waiting waiting, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            if (waiting.Place.List is null)
                return;
            waiting.Place.List.Remove(waiting.Place);
        }

        waiting.Done.SetCanceled(cancellationToken);
    }

    /// <summary>Until nothing of the tenant waits.</summary>
    private async Task WriteAsync(TenantId tenant, LinkedList<Waiting> line)
    {
        // Whoever began it holds the lock.
        await Task.Yield();
        while (Next(tenant, line) is { } some)
            await Halving.RunAsync(some, together => TryWriteAsync(tenant, together), CancellationToken.None);
    }

    /// <summary>What goes into the next commit; null: nothing waits, and whoever comes next begins a line anew.</summary>
    private List<Waiting>? Next(TenantId tenant, LinkedList<Waiting> line)
    {
        lock (sync)
        {
            var (some, bytes) = (new List<Waiting>(), 0L);
            while (some.Count < MaxEvents && line.First?.Value is { } first && (some.Count == 0 || bytes + first.Event.Data.Length <= MaxBytes))
            {
                bytes += first.Event.Data.Length;
                some.Add(first);
                line.RemoveFirst();
            }

            if (some.Count > 0)
                return some;
            lines.Remove(tenant);
            return null;
        }
    }

    /// <summary>False: one of several is at fault.</summary>
    private async Task<bool> TryWriteAsync(TenantId tenant, IReadOnlyList<Waiting> some)
    {
        try
        {
            await store.PublishAsync(tenant, [.. some.Select(waiting => waiting.Event)], CancellationToken.None);
            foreach (var waiting in some)
                waiting.Done.SetResult();
        }
        catch (Exception exception) when (some.Count > 1 && DatabaseFailures.Of(exception).IsOfWhatItWasGiven())
        {
            return false;
        }
#pragma warning disable CA1031 // whatever went wrong belongs to the callers who wait for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var waiting in some)
                waiting.Done.SetException(exception);
        }

        return true;
    }

    private sealed class Waiting
    {
        public Waiting(RealtimeEvent published) => (Event, Place) = (published, new LinkedListNode<Waiting>(this));

        public RealtimeEvent Event { get; }

        /// <summary>In the line, until it is written.</summary>
        public LinkedListNode<Waiting> Place { get; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
