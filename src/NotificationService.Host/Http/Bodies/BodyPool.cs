using System.Runtime.InteropServices;

namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// Bytes that owners share by a dynamic threshold: an owner may hold as much as is still free. Alone it gets half, beside others that hold as much
/// an equal part, and whoever comes next always finds as much free as each of them has. Knows only owners that hold something.
/// </summary>
public sealed class BodyPool(long capacity)
{
    private readonly Lock sync = new();
    private readonly Dictionary<Guid, long> owners = [];
    private long held;

    /// <summary>The most that one owner gets when nobody else holds anything.</summary>
    public long MaxOfOwner => capacity / 2;

    public long Held => Volatile.Read(ref held);

    public int Owners
    {
        get
        {
            lock (sync)
                return owners.Count;
        }
    }

    public BodyGrant Take(Guid owner, long bytes)
    {
        lock (sync)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(owners, owner, out var isKnown);
            if (own + bytes <= capacity - held - bytes)
            {
                own += bytes;
                held += bytes;
                return BodyGrant.Granted;
            }

            var grant = own + bytes > MaxOfOwner ? BodyGrant.OwnerIsFull : BodyGrant.PoolIsFull;
            if (!isKnown)
                owners.Remove(owner);
            return grant;
        }
    }

    public void Return(Guid owner, long bytes)
    {
        lock (sync)
        {
            held -= bytes;
            ref var own = ref CollectionsMarshal.GetValueRefOrNullRef(owners, owner);
            own -= bytes;
            if (own == 0)
                owners.Remove(owner);
        }
    }
}

/// <summary>Whether bytes may be held, and if not, whose doing that is.</summary>
public enum BodyGrant
{
    Granted,

    /// <summary>The owner would hold more than anybody gets.</summary>
    OwnerIsFull,

    /// <summary>Others hold too much.</summary>
    PoolIsFull,
}
