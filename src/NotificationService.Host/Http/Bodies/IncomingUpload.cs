namespace NotificationService.Host.Http.Bodies;

/// <summary>One file on its way, and what it holds of the pool until it is disposed of. One request at a time.</summary>
public sealed class IncomingUpload : IDisposable
{
    private readonly UploadAdmission admission;
    private readonly CancellationTokenSource displaced = new();

    internal IncomingUpload(UploadAdmission admission, HeldBytes held, Guid tenant, TimeProvider time) =>
        (this.admission, Held, Tenant, Rate, Displaced) = (admission, held, tenant, new SenderRate(time), displaced.Token);

    /// <summary>How fast its sender is.</summary>
    public SenderRate Rate { get; }

    /// <summary>Cancelled when it has to give way to another one. Only waiting for its sender ends with it, never a statement.</summary>
    public CancellationToken Displaced { get; }

    internal HeldBytes Held { get; }

    internal Guid Tenant { get; }

    /// <summary>It has to give way, and still holds what it held.</summary>
    internal bool IsLeaving { get; set; }

    /// <summary>It waits for room itself.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>
    /// Holds so many bytes in all from now on. Where there is no room, the slowest uploads on their way give way, and this waits for their bytes, at
    /// most <see cref="UploadAdmission.Patience"/>. Null, or the problem to answer with: nothing more is held then.
    /// </summary>
    public ValueTask<ProblemResult?> GrowToAsync(long size, CancellationToken cancellationToken) =>
        size <= Held.Bytes ? ValueTask.FromResult<ProblemResult?>(null) : admission.GrowAsync(this, size, cancellationToken);

    /// <summary>The same where there is room at once; nobody gives way, and whoever waits comes first.</summary>
    public bool TryGrowTo(long size) => size <= Held.Bytes || admission.TryGrow(this, size);

    /// <summary>Holds no more than so many from now on.</summary>
    public void ShrinkTo(long size)
    {
        if (size < Held.Bytes)
            admission.Shrink(this, size);
    }

    public void Dispose()
    {
        admission.Leave(this);
        displaced.Dispose();
    }

    internal void GiveWay()
    {
        try
        {
            displaced.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }
}
