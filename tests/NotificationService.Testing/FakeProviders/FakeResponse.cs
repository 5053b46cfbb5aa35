namespace NotificationService.Testing.FakeProviders;

/// <summary>What a <see cref="FakeHttpProvider"/> answers to one call.</summary>
public abstract record FakeResponse
{
    private FakeResponse()
    {
    }

    /// <summary>As the vendor says yes, with a message id of its own.</summary>
    public static FakeResponse Accept { get; } = new Taken();

    public static FakeResponse Status(int status, string body = "", params (string Name, string Value)[] headers) => new Plain(status, body, headers);

    /// <summary>The call is logged, and the connection reset instead of a response.</summary>
    public static FakeResponse Reset { get; } = new Broken();

    /// <summary>A status, headers, and a body that breaks off in its middle.</summary>
    public static FakeResponse HalfABody(int status) => new Half(status);

    /// <summary>Bytes that are no HTTP.</summary>
    public static FakeResponse Garbage { get; } = new Noise();

    /// <summary>The headers at once, then a byte of the body at a time, without end.</summary>
    public static FakeResponse SlowDrip(int status) => new Drip(status);

    /// <summary>A body of so many bytes.</summary>
    public static FakeResponse Huge(int status, int bytes) => new Large(status, bytes);

    /// <summary>Nothing, until the caller gives up.</summary>
    public static FakeResponse Never { get; } = new Silence();

    public FakeResponse After(TimeSpan delay) => new Delayed(delay, this);

    /// <summary>The call is logged, and answered when the moment comes: whoever called is in the midst of it until then.</summary>
    public FakeResponse After(Task moment) => new Held(moment, this);

    internal sealed record Taken : FakeResponse;

    internal sealed record Plain(int StatusCode, string Body, params (string Name, string Value)[] Headers) : FakeResponse;

    internal sealed record Broken : FakeResponse;

    internal sealed record Half(int StatusCode) : FakeResponse;

    internal sealed record Noise : FakeResponse;

    internal sealed record Drip(int StatusCode) : FakeResponse;

    internal sealed record Large(int StatusCode, int Bytes) : FakeResponse;

    internal sealed record Silence : FakeResponse;

    internal sealed record Delayed(TimeSpan Delay, FakeResponse Then) : FakeResponse;

    internal sealed record Held(Task Moment, FakeResponse Then) : FakeResponse;
}
