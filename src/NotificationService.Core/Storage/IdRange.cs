namespace NotificationService.Storage;

/// <summary>
/// The ids made between two instants: ids are UUIDv7, so a time is a bound on the id, and with it on the partition.
/// </summary>
/// <param name="From">The smallest id.</param>
/// <param name="Before">The first id that does not belong to it.</param>
public readonly record struct IdRange(Guid From, Guid Before)
{
    public static IdRange Of(DateTimeOffset? since, DateTimeOffset? until) => new(
        since is { } first ? Floor(first) : Guid.Empty,
        until is { } end ? Floor(end) : Guid.AllBitsSet);

    /// <summary>What of it precedes an id.</summary>
    public IdRange Until(Guid? id) => id is { } end && string.CompareOrdinal(end.ToString(), Before.ToString()) < 0 ? this with { Before = end } : this;

    private static Guid Floor(DateTimeOffset instant)
    {
        var milliseconds = Math.Max(0, instant.ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        for (var i = 5; i >= 0; i--, milliseconds >>= 8)
            bytes[i] = (byte)milliseconds;
        return new Guid(bytes, bigEndian: true);
    }
}
