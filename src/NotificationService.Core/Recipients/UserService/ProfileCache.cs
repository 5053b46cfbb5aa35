using System.Diagnostics.CodeAnalysis;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>The answers of late, up to so many people: whoever has not been asked for longest goes first. Any thread may use it.</summary>
public sealed class ProfileCache(int size, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(TenantId, string), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> used = new();

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
            if (entries.Remove(key, out var before))
                used.Remove(before);
            entries[key] = used.AddLast(new Entry(key, answer, time.GetTimestamp()));
            if (entries.Count <= size || used.First is not { } oldest)
                return;
            entries.Remove(oldest.Value.Key);
            used.RemoveFirst();
        }
    }

    private sealed record Entry((TenantId, string) Key, ProfileAnswer Answer, long At);
}
