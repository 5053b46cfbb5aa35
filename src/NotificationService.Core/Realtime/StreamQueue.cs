using NotificationService.Queueing;

namespace NotificationService.Realtime;

/// <summary>What waits to be written to one client, bounded: a client that does not read is cut off, and comes back with its position.</summary>
public sealed class StreamQueue(Listener listener)
{
    public const int MaxEvents = 256;
    public const int MaxBytes = 256 * 1024;
    public const int MaxTyping = 16;

    private readonly Lock sync = new();
    private List<RealtimeEvent>? waiting;
    private List<byte[]>? typing;
    private long bytes;
    private long last;
    private bool isInboxChanged;

    public Listener Listener => listener;

    /// <summary>Given whenever there is something to do.</summary>
    public Signal Changed { get; } = new();

    /// <summary>It held more than it may. What it held is let go.</summary>
    public bool IsOverflown { get; private set; }

    public void Offer(RealtimeEvent published)
    {
        lock (sync)
        {
            if (IsOverflown || published.Sequence <= last)
                return;
            last = published.Sequence;
            bytes += published.Data.Length;
            if (waiting?.Count >= MaxEvents || (waiting is not null && bytes > MaxBytes))
            {
                (IsOverflown, waiting) = (true, null);
            }
            else
            {
                (waiting ??= []).Add(published);
            }
        }

        Changed.Give();
    }

    /// <summary>That somebody types. Where enough waits it is dropped: it says nothing a moment later.</summary>
    public void OfferTyping(byte[] data)
    {
        lock (sync)
        {
            if (IsOverflown || typing?.Count >= MaxTyping)
                return;
            (typing ??= []).Add(data);
        }

        Changed.Give();
    }

    /// <summary>Who types; null for nobody.</summary>
    public List<byte[]>? TakeTyping()
    {
        lock (sync)
        {
            var taken = typing;
            typing = null;
            return taken;
        }
    }

    public void NoteInbox()
    {
        Volatile.Write(ref isInboxChanged, true);
        Changed.Give();
    }

    public bool TakeInbox()
    {
        if (!Volatile.Read(ref isInboxChanged))
            return false;
        Volatile.Write(ref isInboxChanged, false);
        return true;
    }

    /// <summary>All that waits; null for nothing.</summary>
    public List<RealtimeEvent>? Take()
    {
        lock (sync)
        {
            var taken = waiting;
            (waiting, bytes) = (null, 0);
            return taken;
        }
    }
}
