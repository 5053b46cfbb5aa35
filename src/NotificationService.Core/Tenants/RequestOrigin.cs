using System.Net;

namespace NotificationService.Tenants;

/// <summary>
/// Where the request came from that is being worked on: what the audit log says of a change. Set by whoever takes requests, for the rest of the request; null
/// for what the service does by itself.
/// </summary>
/// <param name="Address">The client's address, behind proxies that are trusted.</param>
/// <param name="UserAgent">What the client calls itself: anything at all.</param>
public sealed record RequestOrigin(IPAddress? Address, string? UserAgent)
{
    private static readonly AsyncLocal<RequestOrigin?> Ambient = new();

    /// <summary>That of the request under way. Set inside an asynchronous method it ends with that method.</summary>
    public static RequestOrigin? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a request's origin";
}
