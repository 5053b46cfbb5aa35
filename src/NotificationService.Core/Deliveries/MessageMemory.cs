using System.Collections.Concurrent;
using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>
/// What rendered messages that wait for their providers may take in this process. Small ones are bounded by their number, which
/// the worker limits; large ones share a budget, or a thousand mails of a mebibyte would be two gigabytes.
/// </summary>
public sealed class MessageMemory(long capacity)
{
    /// <summary>Bytes in UTF-16 up to which a message is small.</summary>
    public const int SmallMessage = 32 * 1024;

    public const string Code = "worker_memory";

    public static readonly TimeSpan LookAgainIn = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<DeliveryId, long> large = new();
    private long used;

    public long Used => Interlocked.Read(ref used);

    /// <summary>False when there is no capacity for it now; a message that finds nothing held always has capacity.</summary>
    public bool TryHold(DeliveryId delivery, ChannelMessage message)
    {
        var bytes = 2 * message.Characters;
        if (bytes <= SmallMessage)
            return true;
        var before = Interlocked.Add(ref used, bytes) - bytes;
        if (before > 0 && before + bytes > capacity)
        {
            Interlocked.Add(ref used, -bytes);
            return false;
        }

        large.AddOrUpdate(delivery, bytes, (_, held) => held + bytes);
        return true;
    }

    /// <summary>The delivery has left this process's hands, whatever became of it.</summary>
    public void Release(DeliveryId delivery)
    {
        if (large.TryRemove(delivery, out var bytes))
            Interlocked.Add(ref used, -bytes);
    }
}
