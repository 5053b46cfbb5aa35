namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// A body whose sender must keep going, because what has come of it is held. Only the time spent waiting for it counts, and what it sent
/// fast buys it no more than the grace.
/// </summary>
/// <param name="minPerSecond">Bytes; 0 for any rate.</param>
/// <param name="longest">In all, whatever the rate.</param>
/// <param name="upload">Whose body it is, where it may have to give way to others.</param>
public sealed class SteadyBody(Stream body, int minPerSecond, TimeSpan longest, TimeProvider time, IncomingUpload? upload = null) : ForwardStream
{
    /// <summary>How long the sender may pause.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly SenderPace pace = new(minPerSecond, Grace, longest, time);

    /// <summary>Read so far.</summary>
    public long Bytes { get; private set; }

    private CancellationToken Displaced => upload?.Displaced ?? CancellationToken.None;

    /// <exception cref="UploadTooSlowException">The sender was too slow.</exception>
    /// <exception cref="UploadDisplacedException">It has to give way to another upload.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (pace.Left is var left && left <= TimeSpan.Zero)
            throw new UploadTooSlowException();
        if (Displaced.IsCancellationRequested)
            throw new UploadDisplacedException();
        var asked = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, Displaced, cancellationToken);
        var read = 0;
        upload?.Rate.Ask();
        try
        {
            read = await body.ReadAsync(buffer, either.Token);
            Bytes += read;
            pace.Arrived(read, asked);
            return read;
        }
        catch (OperationCanceledException) when (Displaced.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UploadDisplacedException();
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UploadTooSlowException();
        }
        finally
        {
            upload?.Rate.Arrived(read);
        }
    }
}

/// <summary>Whoever sends the body is so slow that others have waited long enough.</summary>
public sealed class UploadTooSlowException() : Exception("the sender was too slow");

/// <summary>There is no room for another upload, and this one was the slowest.</summary>
public sealed class UploadDisplacedException() : Exception("the upload had to give way to another one");
