using NotificationService.Settings;

namespace NotificationService.Recipients.UserService;

/// <summary><c>Notification:UserService:*</c>. Without <see cref="BaseUrl"/> nobody is asked.</summary>
public sealed class UserServiceOptions
{
    public const string Section = "Notification:UserService";

    /// <summary><c>GET {BaseUrl}/users/{userId}</c> is asked for what a request leaves out of a recipient.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>Sent as <c>Authorization: Bearer …</c>.</summary>
    public string? Token { get; init; }

    /// <summary>For the whole question, connecting included.</summary>
    [Bounds("00:00:00.001", "00:00:10")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a response is good.</summary>
    [Bounds("00:00:00")]
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a 404 is good.</summary>
    [Bounds("00:00:00")]
    public TimeSpan CacheUnknownFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a response may be used after that while the service fails.</summary>
    [Bounds("00:00:00")]
    public TimeSpan StaleFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most people that are remembered.</summary>
    [Bounds(1, 1_000_000)]
    public int CacheSize { get; init; } = 50_000;

    /// <summary>The most questions at once.</summary>
    [Bounds(1, 1_000)]
    public int Concurrency { get; init; } = 64;

    /// <summary>The most of them that are one tenant's: ten thousand people of one must not keep all others waiting.</summary>
    internal int ConcurrencyOfTenant => (Concurrency + 1) / 2;

    /// <summary>Everything wrong with the combination; a service with any of it does not start.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (BaseUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0))
            errors.Add("Notification__UserService__BaseUrl is an address such as https://users.internal/api, without a user name, a query or a fragment");
        if (Token is { } token && (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            errors.Add("Notification__UserService__Token holds a space, or a character that no header takes");
        return errors;
    }

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => Section;
}
