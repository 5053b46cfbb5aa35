namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// Takes files in while the pool has room. Where it has none, the slowest ones on their way give way, one for each that waits, so that many tenants
/// who send slowly keep nobody out. Nobody gives way who was waited for less than <see cref="Grace"/>, or who is fast. Of those about as slow as the
/// slowest one goes first whose tenant has another.
/// </summary>
public sealed class UploadAdmission(BodyPool pool, TimeProvider time)
{
    public const string DisplacedCode = "upload_displaced";

    /// <summary>Bytes a second from which on an upload gives way to nobody: or whoever keeps opening new ones, too young to give way, would end those of others.</summary>
    public const int FastBytesPerSecond = 128 * 1024;

    /// <summary>Requests that wait for room at once.</summary>
    private const int MaxWaiting = 256;

    /// <summary>Slower than so much more than the slowest is about as slow.</summary>
    private const int AboutAsSlow = 1024;

    /// <summary>How long a sender is waited for, in all, before its upload may have to give way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How long a newcomer waits for room.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Somebody may have become old enough to give way.</summary>
    private static readonly TimeSpan LookAgainIn = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly List<IncomingUpload> uploads = [];
    private readonly LinkedList<Waiter> waiting = [];
    private int leaving;

    public long Held => pool.Held;

    /// <summary>For a file that comes now, which holds nothing yet.</summary>
    public IncomingUpload Open(Guid tenant) => new(this, new HeldBytes(pool, tenant), tenant, time);

    internal async ValueTask<ProblemResult?> GrowAsync(IncomingUpload upload, long size, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> node;
        ProblemResult? full;
        List<IncomingUpload> slow;
        lock (sync)
        {
            full = waiting.Count == 0 ? Take(upload, size) : Problems.Unavailable(HeldBytes.RetryAfter);
            if (full is null || !IsForLackOfRoom(full) || waiting.Count >= MaxWaiting)
                return full;
            upload.IsWaiting = true;
            node = waiting.AddLast(new Waiter(upload, size));
            Serve();
            slow = FindSlow();
        }

        Displace(slow);
        var outcome = node.Value.Outcome.Task;
        try
        {
            for (var left = Patience; left > TimeSpan.Zero && !outcome.IsCompleted; left -= LookAgainIn)
            {
                await Task.WhenAny(outcome, Task.Delay(LookAgainIn, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                lock (sync)
                    slow = FindSlow();
                Displace(slow);
            }
        }
        finally
        {
            lock (sync)
            {
                upload.IsWaiting = false;
                if (node.List is not null)
                    waiting.Remove(node);
            }
        }

        return outcome.IsCompleted ? await outcome : full;
    }

    internal bool TryGrow(IncomingUpload upload, long size)
    {
        lock (sync)
            return waiting.Count == 0 && Take(upload, size) is null;
    }

    internal void Shrink(IncomingUpload upload, long size)
    {
        lock (sync)
        {
            upload.Held.ShrinkTo(size);
            Serve();
        }
    }

    internal void Leave(IncomingUpload upload)
    {
        List<IncomingUpload> slow;
        lock (sync)
        {
            uploads.Remove(upload);
            if (upload.IsLeaving)
                leaving--;
            upload.IsLeaving = false;
            upload.Held.Dispose();
            Serve();
            slow = FindSlow();
        }

        Displace(slow);
    }

    /// <summary>Not under the lock: whoever reads is resumed by it.</summary>
    private static void Displace(List<IncomingUpload> slow)
    {
        foreach (var upload in slow)
            upload.GiveWay();
    }

    private static bool IsForLackOfRoom(ProblemResult refusal) => refusal.StatusCode == StatusCodes.Status503ServiceUnavailable;

    private ProblemResult? Take(IncomingUpload upload, long size)
    {
        var isNew = upload.Held.Bytes == 0;
        var refusal = upload.Held.GrowTo(size);
        if (refusal is null && isNew)
            uploads.Add(upload);
        return refusal;
    }

    /// <summary>Gives room that there is to those who wait, in their order.</summary>
    private void Serve()
    {
        for (var node = waiting.First; node is not null;)
        {
            var (next, waiter) = (node.Next, node.Value);
            var refusal = Take(waiter.Upload, waiter.Size);
            if (refusal is null || !IsForLackOfRoom(refusal))
            {
                waiting.Remove(node);
                waiter.Upload.IsWaiting = false;
                waiter.Outcome.SetResult(refusal);
            }

            node = next;
        }
    }

    /// <summary>Who gives way now: as many as wait, less those who are leaving already.</summary>
    private List<IncomingUpload> FindSlow()
    {
        List<IncomingUpload> found = [];
        while (leaving < waiting.Count && Slowest() is { } slowest)
        {
            slowest.IsLeaving = true;
            leaving++;
            found.Add(slowest);
        }

        return found;
    }

    private IncomingUpload? Slowest()
    {
        var staying = uploads.Where(upload => !upload.IsLeaving).ToList();
        var slow = staying.Where(upload => !upload.IsWaiting && upload.Rate.Waited >= Grace)
            .Select(upload => (Upload: upload, upload.Rate.BytesPerSecond)).Where(upload => upload.BytesPerSecond < FastBytesPerSecond).ToList();
        if (slow.Count == 0)
            return null;
        var max = (2 * slow.Min(upload => upload.BytesPerSecond)) + AboutAsSlow;
        var ofTenant = staying.CountBy(upload => upload.Tenant).ToDictionary();
        return slow.Where(upload => upload.BytesPerSecond <= max).OrderByDescending(upload => ofTenant[upload.Upload.Tenant] > 1).ThenBy(upload => upload.BytesPerSecond).First().Upload;
    }

    private sealed record Waiter(IncomingUpload Upload, long Size)
    {
        public TaskCompletionSource<ProblemResult?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
