namespace NotificationService.Testing.FakeProviders;

/// <summary>What a <see cref="FakeHttpProvider"/> answers to one call.</summary>
public abstract record FakeAnswer
{
    private FakeAnswer()
    {
    }

    /// <summary>As the vendor says yes, with a message id of its own.</summary>
    public static FakeAnswer Accept { get; } = new Taken();

    public static FakeAnswer Status(int status, string body = "", params (string Name, string Value)[] headers) => new Plain(status, body, headers);

    /// <summary>The call is logged, and the connection reset instead of an answer.</summary>
    public static FakeAnswer Reset { get; } = new Broken();

    /// <summary>A status, headers, and a body that breaks off in its middle.</summary>
    public static FakeAnswer HalfABody(int status) => new Half(status);

    /// <summary>Bytes that are no HTTP.</summary>
    public static FakeAnswer Garbage { get; } = new Noise();

    /// <summary>The headers at once, then a byte of the body at a time, without end.</summary>
    public static FakeAnswer SlowDrip(int status) => new Drip(status);

    /// <summary>A body of so many bytes.</summary>
    public static FakeAnswer Huge(int status, int bytes) => new Large(status, bytes);

    /// <summary>Nothing, until the caller gives up.</summary>
    public static FakeAnswer Never { get; } = new Silence();

    public FakeAnswer After(TimeSpan delay) => new Delayed(delay, this);

    internal sealed record Taken : FakeAnswer;

    internal sealed record Plain(int StatusCode, string Body, params (string Name, string Value)[] Headers) : FakeAnswer;

    internal sealed record Broken : FakeAnswer;

    internal sealed record Half(int StatusCode) : FakeAnswer;

    internal sealed record Noise : FakeAnswer;

    internal sealed record Drip(int StatusCode) : FakeAnswer;

    internal sealed record Large(int StatusCode, int Bytes) : FakeAnswer;

    internal sealed record Silence : FakeAnswer;

    internal sealed record Delayed(TimeSpan Delay, FakeAnswer Then) : FakeAnswer;
}
