using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Templates;

internal readonly record struct TemplateVersionKey(TenantId Tenant, Guid Template, int Version);

/// <summary>
/// Compiled versions of all tenants, bounded by number and by what they weigh; what was not used for longest goes
/// first. Finding one takes no lock. Whoever misses first loads, everybody else waits for that; a failed load is not kept.
/// </summary>
internal sealed class CompiledTemplateCache(int versions, long bytes)
{
    private readonly ConcurrentDictionary<TemplateVersionKey, Entry> entries = new();
    private readonly Lock evicting = new();
    private long clock;

    public int Count => entries.Count;

    public long Weight => entries.Values.Sum(entry => entry.Weight);

    public ValueTask<CompiledTemplate> GetAsync(
        TemplateVersionKey key,
        Func<TemplateVersionKey, Task<CompiledTemplate>> loadAsync,
        CancellationToken cancellationToken)
    {
        if (!entries.TryGetValue(key, out var entry))
            entry = entries.GetOrAdd(key, _ => new Entry(loading => LoadAsync(key, loading, loadAsync)));
        entry.UsedAt = Interlocked.Increment(ref clock);
        return entry.Ready is { } ready ? new(ready) : new(entry.Template.Value.WaitAsync(cancellationToken));
    }

    private async Task<CompiledTemplate> LoadAsync(TemplateVersionKey key, Entry entry, Func<TemplateVersionKey, Task<CompiledTemplate>> loadAsync)
    {
        // Leaves the lock of Lazy before anything slow begins.
        await Task.Yield();
        try
        {
            var template = await loadAsync(key);
            entry.Ready = template;
            Evict();
            return template;
        }
        catch
        {
            entries.TryRemove(key, out _);
            throw;
        }
    }

    private void Evict()
    {
        lock (evicting)
        {
            var size = Weight;
            if (entries.Count <= versions && size <= bytes)
                return;
            // A tenth more than needed, so that the next load need not sort again.
            foreach (var (key, entry) in entries.OrderBy(pair => pair.Value.UsedAt))
            {
                if (entries.Count <= versions - (versions / 10) && size <= bytes - (bytes / 10))
                    return;
                size -= entry.Weight;
                entries.TryRemove(key, out _);
            }
        }
    }

    private sealed class Entry
    {
        private long usedAt;
        private CompiledTemplate? ready;

        public Entry(Func<Entry, Task<CompiledTemplate>> loadAsync) => Template = new(() => loadAsync(this));

        public Lazy<Task<CompiledTemplate>> Template { get; }

        public CompiledTemplate? Ready
        {
            get => Volatile.Read(ref ready);
            set => Volatile.Write(ref ready, value);
        }

        public long UsedAt
        {
            get => Volatile.Read(ref usedAt);
            set => Volatile.Write(ref usedAt, value);
        }

        public long Weight => Ready?.Weight ?? 0;
    }
}
