using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Realtime;

/// <summary>
/// Reads what a tenant publishes, once for all of its people who are connected to this process, in the tenant's order, and hands it to those whom it is for. A tenant
/// without anybody connected costs nothing.
/// </summary>
public sealed class EventTails(RealtimeStore store, LiveSignals signals, TimeProvider time, ILogger<EventTails> logger)
{
    private const int PageSize = 500;

    /// <summary>A lost signal costs so much; spread, so that not all tenants are looked at at once.</summary>
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TenantId, Tail> tails = new();
    private readonly RealtimeStore store = store;
    private readonly LiveSignals signals = signals;
    private readonly TimeProvider time = time;
    private readonly ILogger logger = logger;

    /// <summary>Tenants that are followed.</summary>
    public int Count => tails.Count;

    /// <summary>Somebody types in a room: given to the others who are in it at this process, and kept nowhere.</summary>
    public void Pass(TenantId tenant, string room, string userId, byte[] data)
    {
        if (tails.TryGetValue(tenant, out var tail))
            tail.Pass(room, userId, data);
    }

    /// <summary>The rooms in which somebody is connected to this process, by their kind; every kind stands there.</summary>
    public IReadOnlyDictionary<string, RoomCounts> CountRooms()
    {
        var counts = Room.Kinds.ToDictionary(kind => kind, _ => default(RoomCounts), StringComparer.Ordinal);
        foreach (var tail in tails.Values)
            tail.CountRooms(counts);
        return counts;
    }

    /// <summary>From now on the queue receives what is for its listener. Answers up to which sequence it does not.</summary>
    public async Task<long> JoinAsync(StreamQueue queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            var tail = tails.GetOrAdd(queue.Listener.Tenant, tenant => new Tail(this, tenant));
            if (await tail.JoinAsync(queue, cancellationToken) is { } sequence)
                return sequence;
            // It has just ended, because the last one left.
        }
    }

    public void Leave(StreamQueue queue)
    {
        if (tails.TryGetValue(queue.Listener.Tenant, out var tail))
            tail.Leave(queue);
    }

    /// <summary>Up to which sequence the queue was offered whatever is for its listener.</summary>
    public long OfferedTo(StreamQueue queue) => tails.TryGetValue(queue.Listener.Tenant, out var tail) ? tail.Sequence : 0;

#pragma warning disable CA1001 // it is stopped once, by the last one that leaves; disposed, it would fail those that still look at it
    private sealed class Tail(EventTails owner, TenantId tenant)
#pragma warning restore CA1001
    {
        private readonly Lock sync = new();
        private readonly HashSet<StreamQueue> all = [];
        private readonly Dictionary<string, HashSet<StreamQueue>> rooms = new(StringComparer.Ordinal);
        private readonly Signal changed = new();
        private readonly CancellationTokenSource stop = new();
        private Task<long>? beginning;
        private long sequence;
        private bool hasEnded;

        public long Sequence => Volatile.Read(ref sequence);

        public void Pass(string room, string userId, byte[] data)
        {
            lock (sync)
            {
                if (!rooms.TryGetValue(room, out var inRoom))
                    return;
                foreach (var queue in inRoom)
                {
                    if (queue.Listener.UserId != userId)
                        queue.OfferTyping(data);
                }
            }
        }

        public void CountRooms(Dictionary<string, RoomCounts> counts)
        {
            lock (sync)
            {
                foreach (var (room, inRoom) in rooms)
                    counts[Room.KindOf(room)] = counts[Room.KindOf(room)].With(inRoom.Count);
            }
        }

        public async Task<long?> JoinAsync(StreamQueue queue, CancellationToken cancellationToken)
        {
            Task<long> begun;
            lock (sync)
            {
                if (hasEnded)
                    return null;
                begun = beginning ??= BeginAsync();
                all.Add(queue);
            }

            try
            {
                await begun.WaitAsync(cancellationToken);
            }
            catch
            {
                Leave(queue);
                throw;
            }

            lock (sync)
            {
                foreach (var room in queue.Listener.Rooms)
                {
                    if (!rooms.TryGetValue(room, out var inRoom))
                        rooms[room] = inRoom = [];
                    inRoom.Add(queue);
                }

                return sequence;
            }
        }

        public void Leave(StreamQueue queue)
        {
            lock (sync)
            {
                all.Remove(queue);
                foreach (var room in queue.Listener.Rooms)
                {
                    if (rooms.TryGetValue(room, out var inRoom) && inRoom.Remove(queue) && inRoom.Count == 0)
                        rooms.Remove(room);
                }

                if (all.Count > 0 || hasEnded)
                    return;
                hasEnded = true;
            }

            owner.tails.TryRemove(KeyValuePair.Create(tenant, this));
            stop.Cancel();
        }

        private async Task<long> BeginAsync()
        {
            await Task.Yield();
            var subscription = owner.signals.Subscribe(LiveSignals.KeyOf(tenant, userId: null), changed.Give);
            try
            {
                var page = await owner.store.SinceAsync(tenant, long.MaxValue, 1, stop.Token);
                lock (sync)
                    sequence = page.Last;
            }
            catch
            {
                subscription.Dispose();
                lock (sync)
                    hasEnded = true;
                owner.tails.TryRemove(KeyValuePair.Create(tenant, this));
                throw;
            }

            _ = FollowAsync(subscription);
            return sequence;
        }

        private async Task FollowAsync(IDisposable subscription)
        {
            using var subscribed = subscription;
            var poll = ShortestPoll + (ShortestPoll * (tenant.Value.GetHashCode() & 0xff) / 0xff);
            try
            {
                while (true)
                {
                    await changed.WaitAsync(poll, stop.Token);
                    await CatchUpAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // Nobody is left.
            }
        }

        private async Task CatchUpAsync()
        {
            while (true)
            {
                RealtimePage page;
                try
                {
                    page = await owner.store.SinceAsync(tenant, sequence, PageSize, stop.Token);
                }
#pragma warning disable CA1031 // a tail that ended by what one page met would leave its streams silent for ever
                catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    owner.logger.TailWaits(Outage.Reason(exception));
                    await Task.Delay(Pause, owner.time, stop.Token);
                    continue;
                }

                lock (sync)
                {
                    foreach (var published in page.Events)
                        Offer(published);
                    sequence = page.Events.Count > 0 ? page.Events[^1].Sequence : sequence;
                }

                if (page.Events.Count < PageSize)
                    return;
            }
        }

        /// <summary>Only those are asked who are in a room that all whom it is for are in.</summary>
        private void Offer(RealtimeEvent published)
        {
            foreach (var alternative in published.Audience.Alternatives)
            {
                if (alternative.Within() is { } within)
                {
                    foreach (var room in within)
                    {
                        if (rooms.TryGetValue(room, out var inRoom))
                            Offer(published, alternative, inRoom);
                    }
                }
                else
                {
                    Offer(published, alternative, all);
                }
            }
        }

        private static void Offer(RealtimeEvent published, AudienceAlternative alternative, HashSet<StreamQueue> queues)
        {
            foreach (var queue in queues)
            {
                // By several alternatives or rooms it comes several times, and is taken once.
                if (alternative.Matches(queue.Listener))
                    queue.Offer(published);
            }
        }
    }
}
