using System.Diagnostics.CodeAnalysis;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// A request's body: either its value, or the problem to answer with. An endpoint that takes <see cref="Value"/>
/// without asking lets <see cref="ProblemMiddleware"/> answer; a hot one asks <see cref="TryGet"/> and saves the exception.
/// </summary>
public readonly struct Body<T>
    where T : class
{
    private readonly T? value;

    internal Body(T value, ReadOnlyMemory<byte> utf8) => (this.value, Utf8) = (value, utf8);

    internal Body(ProblemResult refusal) => Refusal = refusal;

    /// <summary>The problem to answer with, or null.</summary>
    public ProblemResult? Refusal { get; }

    /// <summary>The body as it came, without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <exception cref="ProblemException">The body was refused.</exception>
    public T Value => value ?? throw new ProblemException(Refusal ?? Problems.OfStatus(400));

    public bool TryGet([NotNullWhen(true)] out T? read, [NotNullWhen(false)] out ProblemResult? refusal)
    {
        (read, refusal) = (value, value is null ? Refusal ?? Problems.OfStatus(400) : null);
        return refusal is null;
    }
}
