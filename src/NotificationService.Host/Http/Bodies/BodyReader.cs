using System.Buffers;
using System.IO.Pipelines;

namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// Reads a whole body: no larger than its call takes, within the process's budget, and no slower than its policy. What is wrong with how it comes is
/// the sender's doing, and a 4xx. What it holds of the budget is given back when the request has been answered.
/// </summary>
public static class BodyReader
{
    public const string TooSlowCode = "upload_too_slow";

    public static ValueTask<(ReadOnlyMemory<byte> Bytes, ProblemResult? Refusal)> ReadAsync(HttpRequest request, BodyPolicy policy, CancellationToken cancellationToken)
    {
        if (request.ContentLength > policy.MaxBytes)
            return ValueTask.FromResult<(ReadOnlyMemory<byte>, ProblemResult?)>((default, TooLarge(policy.MaxBytes)));
        var context = request.HttpContext;
        var held = context.RequestServices?.GetService<BodyBudget>()?.Open(context);
        if (held is not null)
            context.Response.RegisterForDispose(held);
        return GuardAsync(context, policy, () => ReadAsync(request.BodyReader, held, policy, TimeOf(context), cancellationToken));
    }

    /// <summary>Whether nothing comes at all. Takes nothing from the body.</summary>
    public static ValueTask<(bool IsEmpty, ProblemResult? Refusal)> IsEmptyAsync(HttpRequest request, BodyPolicy policy, CancellationToken cancellationToken) =>
        GuardAsync(request.HttpContext, policy, () => IsEmptyAsync(request.BodyReader, Pace(policy, TimeOf(request.HttpContext)), TimeOf(request.HttpContext), cancellationToken));

    internal static ProblemResult TooLarge(int limit) => Problems.Of(
        413, "payload_too_large", "The request body is too large", $"The most this call takes is {limit} bytes.");

    internal static ProblemResult TooSlow(BodyPolicy policy) => Problems.Of(
        408, TooSlowCode, "The upload took too long",
        $"It may take {policy.Longest.TotalSeconds:0} s, pause for {BodyPolicy.Grace.TotalSeconds:0} s, and has to bring {policy.MinBytesPerSecond} bytes a second. Send less in one call.");

    private static async ValueTask<(ReadOnlyMemory<byte> Bytes, ProblemResult? Refusal)> ReadAsync(
        PipeReader reader, HeldBytes? held, BodyPolicy policy, TimeProvider time, CancellationToken cancellationToken)
    {
        SenderPace? pace = null;
        for (var seen = 0L; ;)
        {
            if (pace is { Left.Ticks: <= 0 })
                throw new UploadTooSlowException();
            // Most bodies are there already, and cost no timer.
            if (!reader.TryRead(out var result))
                result = await WaitAsync(reader, pace ??= Pace(policy, time), seen, time, cancellationToken);
            if (result.IsCanceled)
                throw GivenUp(reader, result);
            var buffer = result.Buffer;
            seen = buffer.Length;
            if ((seen > policy.MaxBytes ? TooLarge(policy.MaxBytes) : held?.GrowTo(seen)) is { } refusal)
            {
                reader.AdvanceTo(buffer.End);
                return (default, refusal);
            }

            if (result.IsCompleted)
            {
                var bytes = GC.AllocateUninitializedArray<byte>((int)seen);
                buffer.CopyTo(bytes);
                reader.AdvanceTo(buffer.End);
                return (bytes, null);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static async ValueTask<(bool IsEmpty, ProblemResult? Refusal)> IsEmptyAsync(PipeReader reader, SenderPace pace, TimeProvider time, CancellationToken cancellationToken)
    {
        var result = await WaitAsync(reader, pace, 0, time, cancellationToken);
        reader.AdvanceTo(result.Buffer.Start);
        return (result.Buffer.IsEmpty, null);
    }

    /// <exception cref="UploadTooSlowException">Nothing came in time.</exception>
    private static async ValueTask<ReadResult> WaitAsync(PipeReader reader, SenderPace pace, long seen, TimeProvider time, CancellationToken cancellationToken)
    {
        if (pace.Left is var left && left <= TimeSpan.Zero)
            throw new UploadTooSlowException();
        var asked = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(left, time);
        // Not by a token: a read that a token cancels leaves Kestrel's reader in the middle of it.
        await using var tooSlow = deadline.Token.UnsafeRegister(static (state, _) => ((PipeReader)state!).CancelPendingRead(), reader);
        var result = await reader.ReadAsync(cancellationToken);
        pace.Arrived(result.Buffer.Length - seen, asked);
        return result.IsCanceled ? throw GivenUp(reader, result) : result;
    }

    private static UploadTooSlowException GivenUp(PipeReader reader, ReadResult result)
    {
        reader.AdvanceTo(result.Buffer.End);
        return new UploadTooSlowException();
    }

    /// <summary>What Kestrel raises while a body comes is the sender's doing.</summary>
    private static async ValueTask<(T Value, ProblemResult? Refusal)> GuardAsync<T>(HttpContext context, BodyPolicy policy, Func<ValueTask<(T Value, ProblemResult? Refusal)>> read)
        where T : struct
    {
        try
        {
            return await read();
        }
        catch (UploadTooSlowException)
        {
            return (default, Closing(context, TooSlow(policy)));
        }
        catch (BadHttpRequestException refused)
        {
            return (default, Closing(context, refused.StatusCode switch
            {
                StatusCodes.Status408RequestTimeout => TooSlow(policy),
                StatusCodes.Status413PayloadTooLarge => TooLarge(policy.MaxBytes),
                _ => Problems.OfStatus(refused.StatusCode),
            }));
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A chunk whose size no int holds, or a connection that ended half-way.
            return (default, Closing(context, Problems.OfStatus(StatusCodes.Status400BadRequest)));
        }
    }

    /// <summary>Nobody waits for the rest of a body that cannot be read.</summary>
    private static ProblemResult Closing(HttpContext context, ProblemResult problem)
    {
        context.Response.Headers.Connection = "close";
        return problem;
    }

    private static SenderPace Pace(BodyPolicy policy, TimeProvider time) => new(policy.MinBytesPerSecond, BodyPolicy.Grace, policy.Longest, time);

    private static TimeProvider TimeOf(HttpContext context) => context.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System;
}
