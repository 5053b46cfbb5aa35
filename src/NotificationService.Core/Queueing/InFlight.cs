using System.Runtime.InteropServices;

namespace NotificationService.Queueing;

/// <summary>How many requests of one key are under way, bounded. Nobody waits: who comes when the key has its most is refused. Knows only keys that have one.</summary>
public sealed class InFlight<TKey>(int max)
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> counts = [];
    private readonly Lock sync = new();

    /// <summary>Null: the key has its most. Otherwise to be disposed of when the request ends.</summary>
    public IDisposable? TryEnter(TKey key)
    {
        lock (sync)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
            if (count == max)
                return null;
            count++;
        }

        return new Entry(this, key);
    }

    private void Leave(TKey key)
    {
        lock (sync)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(counts, key);
            if (--count == 0)
                counts.Remove(key);
        }
    }

    private sealed class Entry(InFlight<TKey> entered, TKey key) : IDisposable
    {
        private InFlight<TKey>? entered = entered;

        public void Dispose() => Interlocked.Exchange(ref entered, null)?.Leave(key);
    }
}
