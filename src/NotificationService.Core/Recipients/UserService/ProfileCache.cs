using System.Diagnostics.CodeAnalysis;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>The answers of late, up to so many people and bytes: whoever has not been asked for longest goes first. Any thread may use it.</summary>
public sealed class ProfileCache(int size, long mostBytes, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(TenantId, string), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> used = new();
    private long bytes;

    public int Count
    {
        get
        {
            lock (gate)
                return entries.Count;
        }
    }

    /// <summary>What was answered, and how long ago.</summary>
    public bool TryGet((TenantId, string) key, [NotNullWhen(true)] out ProfileAnswer? answer, out TimeSpan age)
    {
        lock (gate)
        {
            (answer, age) = (null, TimeSpan.Zero);
            if (!entries.TryGetValue(key, out var node))
                return false;
            used.Remove(node);
            used.AddLast(node);
            (answer, age) = (node.Value.Answer, time.GetElapsedTime(node.Value.At));
            return true;
        }
    }

    public void Put((TenantId, string) key, ProfileAnswer answer)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var before))
                Remove(before);
            var entry = new Entry(key, answer, time.GetTimestamp());
            entries[key] = used.AddLast(entry);
            bytes += entry.Bytes;
            while ((entries.Count > size || bytes > mostBytes) && used.First is { } oldest)
                Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        entries.Remove(node.Value.Key);
        used.Remove(node);
        bytes -= node.Value.Bytes;
    }

    private sealed record Entry((TenantId Tenant, string UserId) Key, ProfileAnswer Answer, long At)
    {
        public int Bytes { get; } = 240 + (2 * Key.UserId.Length) + ((Answer as ProfileAnswer.Known)?.Profile.Bytes ?? 0);
    }
}
