namespace NotificationService.Events;

/// <summary>
/// Up to which position of each shard there is nothing, nor ever will be. Removed rows stay in the index as long as any transaction
/// anywhere might still see them; whoever begins at the beginning reads through all of them for every event.
/// A position is given to a row before its transaction ends, so that a smaller one may yet appear: a watermark is raised only to what was taken at an
/// earlier time, when every transaction of that time has ended and what it left was taken too.
/// </summary>
internal sealed class ShardWatermarks(TimeProvider time)
{
    private const int Shards = 8;

    /// <summary>So often all of a shard is looked at: a row that a person put back has an old position.</summary>
    private static readonly TimeSpan LooksAtAllEvery = TimeSpan.FromSeconds(5);

    private readonly Shard[] shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard())];

    /// <summary>Per shard where the next look begins; what was answered is what <see cref="Looked"/> is about.</summary>
    public long[] Next()
    {
        foreach (var shard in shards)
            shard.Given = shard.LookedAt is { } at && time.GetElapsedTime(at) < LooksAtAllEvery ? shard.Watermark : 0;
        return Array.ConvertAll(shards, shard => shard.Given);
    }

    /// <summary>What was committed may have been lost with the server that committed it, and its positions and numbers are given once more.</summary>
    public void Forget()
    {
        foreach (var shard in shards)
            (shard.Watermark, shard.LookedAt, shard.Position, shard.Own) = (0, null, 0, 0);
    }

    /// <summary>The shards from the first on were looked at, until there was something in one.</summary>
    public void Looked(int first, short? found)
    {
        for (var i = 0; i < Shards; i++)
        {
            var number = (first + i) & (Shards - 1);
            if (shards[number].Given == 0)
                shards[number].LookedAt = time.GetTimestamp();
            if (number == found)
                return;
        }
    }

    /// <summary>Something was taken from where the last look began, and is committed.</summary>
    /// <param name="number">The shard.</param>
    /// <param name="last">The position of the last that was taken.</param>
    /// <param name="isAll">Whether nothing was left behind it.</param>
    /// <param name="oldest">Every earlier transaction had ended when it was taken.</param>
    /// <param name="own">The transaction that took it: whoever wrote before it began to look has a smaller number.</param>
    public void Taken(short number, long last, bool isAll, long oldest, long own)
    {
        var shard = shards[number];
        if (shard.Position > 0 && oldest >= shard.Own)
        {
            shard.Watermark = Math.Max(shard.Watermark, isAll ? shard.Position : Math.Min(shard.Position, last));
            shard.Position = 0;
        }

        if (shard.Position == 0)
            (shard.Position, shard.Own) = (last, own);
    }

    private sealed class Shard
    {
        public long Watermark { get; set; }

        /// <summary>Where the next look begins.</summary>
        public long Given { get; set; }

        /// <summary>When all of it was looked at.</summary>
        public long? LookedAt { get; set; }

        /// <summary>What the watermark is raised to when every transaction before <see cref="Own"/> has ended; 0: nothing yet.</summary>
        public long Position { get; set; }

        public long Own { get; set; }
    }
}
