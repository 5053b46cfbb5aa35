using System.Diagnostics.CodeAnalysis;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>The responses of late, up to so many people and bytes: whoever has not been asked for longest goes first. Any thread may use it.</summary>
public sealed class ProfileCache(int size, long maxBytes, TimeProvider time)
{
    private readonly Lock sync = new();
    private readonly Dictionary<(TenantId, string), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> used = new();
    private long bytes;

    public int Count
    {
        get
        {
            lock (sync)
                return entries.Count;
        }
    }

    /// <summary>What was answered, and how long ago.</summary>
    public bool TryGet((TenantId, string) key, [NotNullWhen(true)] out ProfileResponse? response, out TimeSpan age)
    {
        lock (sync)
        {
            (response, age) = (null, TimeSpan.Zero);
            if (!entries.TryGetValue(key, out var node))
                return false;
            used.Remove(node);
            used.AddLast(node);
            (response, age) = (node.Value.Response, time.GetElapsedTime(node.Value.At));
            return true;
        }
    }

    public void Put((TenantId, string) key, ProfileResponse response)
    {
        lock (sync)
        {
            if (entries.TryGetValue(key, out var before))
                Remove(before);
            var entry = new Entry(key, response, time.GetTimestamp());
            entries[key] = used.AddLast(entry);
            bytes += entry.Bytes;
            while ((entries.Count > size || bytes > maxBytes) && used.First is { } oldest)
                Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        entries.Remove(node.Value.Key);
        used.Remove(node);
        bytes -= node.Value.Bytes;
    }

    private sealed record Entry((TenantId Tenant, string UserId) Key, ProfileResponse Response, long At)
    {
        public int Bytes { get; } = 240 + (2 * Key.UserId.Length) + (Response is ProfileResponse.Known known ? RecipientFields.Bytes(known.Profile) : 0);
    }
}
