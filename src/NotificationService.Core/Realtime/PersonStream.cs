using System.Runtime.CompilerServices;
using NotificationService.Inbox;
using NotificationService.Queueing;

namespace NotificationService.Realtime;

/// <summary>Everything that happens for one person who is connected: its inbox, and what backends publish to it. Whatever carries it to the client is somebody else's.</summary>
public sealed class PersonStream(InboxStore inbox, RealtimeStore store, EventTails tails, LiveSignals signals, TimeProvider time)
{
    /// <summary>Who missed more of what the tenant published begins anew: reading it costs the database a row each, whether or not it is for the person.</summary>
    public const int MaxMissedEvents = 10_000;

    /// <summary>Who missed more changes of the inbox than that loads it anew.</summary>
    public const int MaxMissedChanges = 1_000;

    private const int PageSize = 100;

    /// <summary>A lost signal of the inbox costs so much.</summary>
    private static readonly TimeSpan InboxPoll = TimeSpan.FromSeconds(30);

    /// <summary>So often at least the caller gets its turn, with <see cref="StreamMessage.Idle"/> if nothing else.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From a position on, or from now on. 1 subscribe → 2 read what was missed → 3 wait for signals and read again. What changes between two of the steps is read in
    /// the later one, so that nothing falls in between. Ends by itself only when the client does not keep up.
    /// </summary>
    public async IAsyncEnumerable<StreamMessage> ReadAsync(Listener listener, StreamPosition? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var user = new InboxUserId(listener.Tenant, listener.UserId);
        var queue = new StreamQueue(listener);
        using var subscription = signals.Subscribe(LiveSignals.KeyOf(listener.Tenant, listener.UserId), queue.NoteInbox);
        var joined = await tails.JoinAsync(queue, cancellationToken);
        try
        {
            var counts = await inbox.CountsAsync(user, cancellationToken);
            var position = from ?? new StreamPosition(counts.Version, joined);
            if (from is null)
            {
                yield return new StreamMessage.Counts(position, counts);
            }
            else
            {
                await foreach (var message in MissedAsync(listener, position, joined, cancellationToken))
                {
                    position = message.Position;
                    yield return message;
                }

                queue.NoteInbox();
            }

            var lookedAt = time.GetTimestamp();
            while (true)
            {
                var wasIdle = true;
                if (queue.TakeInbox() || time.GetElapsedTime(lookedAt) > InboxPoll)
                {
                    lookedAt = time.GetTimestamp();
                    await foreach (var message in ChangesAsync(user, position, cancellationToken))
                    {
                        (position, wasIdle) = (message.Position, false);
                        yield return message;
                    }
                }

                // Read before what waits is taken: all up to there is either taken now or was not for this person.
                var offeredTo = tails.OfferedTo(queue);
                foreach (var published in queue.Take() ?? [])
                {
                    if (published.Sequence <= position.Sequence)
                        continue;
                    (position, wasIdle) = (position with { Sequence = published.Sequence }, false);
                    yield return new StreamMessage.Published(position, published);
                }

                if (queue.IsOverflown)
                    yield break;
                foreach (var typing in queue.TakeTyping() ?? [])
                {
                    wasIdle = false;
                    yield return new StreamMessage.Typing(position, typing);
                }

                if (offeredTo > position.Sequence)
                    position = position with { Sequence = offeredTo };
                if (wasIdle)
                    yield return new StreamMessage.Idle(position);
                await queue.Changed.WaitAsync(Turn, cancellationToken);
            }
        }
        finally
        {
            tails.Leave(queue);
        }
    }

    /// <summary>What was published while the client was away, up to where the tail brings the rest.</summary>
    private async IAsyncEnumerable<StreamMessage> MissedAsync(Listener listener, StreamPosition position, long until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (until - position.Sequence > MaxMissedEvents)
        {
            yield return new StreamMessage.Reset(position with { Sequence = until });
            yield break;
        }

        while (position.Sequence < until)
        {
            var page = await store.SinceAsync(listener.Tenant, position.Sequence, PageSize, cancellationToken);
            if (position.Sequence < page.Forgot)
                yield return new StreamMessage.Reset(position = position with { Sequence = page.Forgot });
            foreach (var published in page.Events)
            {
                position = position with { Sequence = published.Sequence };
                if (published.Audience.Matches(listener))
                    yield return new StreamMessage.Published(position, published);
            }

            if (page.Events.Count < PageSize)
                break;
        }

        // A position that was never given out: a database that was restored knows less than its clients.
        if (position.Sequence > until && (await store.SinceAsync(listener.Tenant, until, 1, cancellationToken)).Last < position.Sequence)
            yield return new StreamMessage.Reset(position with { Sequence = until });
    }

    private async IAsyncEnumerable<StreamMessage> ChangesAsync(InboxUserId user, StreamPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var changes = await inbox.ChangesAsync(user, position.Version, PageSize, cancellationToken);
            if (changes.Reset || changes.Counts.Version - position.Version > MaxMissedChanges)
            {
                position = position with { Version = changes.Counts.Version };
                yield return new StreamMessage.Reset(position);
                yield return new StreamMessage.Counts(position, changes.Counts);
                yield break;
            }

            foreach (var item in changes.Items)
            {
                position = position with { Version = item.Version };
                yield return new StreamMessage.Item(position, item);
            }

            if (changes.HasMore)
                continue;
            if (changes.Cursor > position.Version || changes.Items.Count > 0)
                yield return new StreamMessage.Counts(position with { Version = changes.Cursor }, changes.Counts);
            yield break;
        }
    }
}
