namespace NotificationService.Host.Http.Bodies;

/// <summary>What one request holds of a pool, until it is disposed of. One request at a time.</summary>
internal sealed class HeldBytes(BodyPool pool, Guid owner) : IDisposable
{
    public const string OwnerCode = "too_many_body_bytes";
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private long bytes;

    public long Bytes => bytes;

    /// <summary>Holds so many in all from now on. Null, or the problem to answer with: nothing more is held then.</summary>
    public ProblemResult? GrowTo(long size)
    {
        if (size <= bytes)
            return null;
        switch (pool.Take(owner, size - bytes))
        {
            case BodyGrant.Granted:
                bytes = size;
                return null;
            case BodyGrant.OwnerIsFull:
                return Problems.LimitReached(
                    OwnerCode, $"One tenant or network address may have {pool.MaxOfOwner:N0} bytes of request bodies in flight at one process. Send this one again when another has been answered.", RetryAfter);
            default:
                return Problems.Unavailable(RetryAfter);
        }
    }

    /// <summary>Holds no more than so many from now on.</summary>
    public void ShrinkTo(long size)
    {
        if (size >= bytes)
            return;
        pool.Return(owner, bytes - size);
        bytes = size;
    }

    public void Dispose() => ShrinkTo(0);
}
