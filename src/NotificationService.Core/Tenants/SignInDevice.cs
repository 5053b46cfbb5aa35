using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>From where somebody signs in, as the person is shown it.</summary>
public sealed record SignInDevice
{
    private const int LongestUserAgent = 256;

    /// <param name="ip">The network address; null where it is not known.</param>
    /// <param name="userAgent">What the program calls itself; null where it says nothing.</param>
    public SignInDevice(string? ip, string? userAgent) => (Ip, UserAgent) = (ip, userAgent is null ? null : StorableText.Of(userAgent, LongestUserAgent));

    public string? Ip { get; }

    public string? UserAgent { get; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a device";
}
