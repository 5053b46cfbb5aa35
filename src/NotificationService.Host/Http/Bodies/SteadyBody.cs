namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// A body whose sender must keep going, because what has come of it is held. Only the time spent waiting for it counts, and what it sent
/// fast buys it no more than the grace.
/// </summary>
/// <param name="minPerSecond">Bytes; 0 for any rate.</param>
/// <param name="longest">In all, whatever the rate.</param>
public sealed class SteadyBody(Stream body, int minPerSecond, TimeSpan longest, TimeProvider time) : ForwardStream
{
    /// <summary>How long the sender may pause.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly SenderPace pace = new(minPerSecond, Grace, longest, time);

    /// <summary>Read so far.</summary>
    public long Bytes { get; private set; }

    /// <exception cref="UploadTooSlowException">The sender was too slow.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (pace.Left is var left && left <= TimeSpan.Zero)
            throw new UploadTooSlowException();
        var asked = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var read = await body.ReadAsync(buffer, either.Token);
            Bytes += read;
            pace.Arrived(read, asked);
            return read;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UploadTooSlowException();
        }
    }
}

/// <summary>Whoever sends the body is so slow that others have waited long enough.</summary>
public sealed class UploadTooSlowException() : Exception("the sender was too slow");
