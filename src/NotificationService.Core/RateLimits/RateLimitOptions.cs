using NotificationService.Settings;

namespace NotificationService.RateLimits;

/// <summary>Requests a minute, per tenant and class of route, over all nodes together. 0 means no limit.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Notification:RateLimits";

    /// <summary>What makes notifications or changes them: POST, PUT, PATCH and DELETE of the service API.</summary>
    [Bounds(0, Zero = "for no limit")]
    public long SendPerMinute { get; set; } = 1_200_000;

    /// <summary>Reading of the service API.</summary>
    [Bounds(0, Zero = "for no limit")]
    public long ReadPerMinute { get; set; } = 600_000;

    /// <summary>The user API, per person: what one does takes nothing of what others have.</summary>
    [Bounds(0, Zero = "for no limit")]
    public long UserPerMinute { get; set; } = 600;

    /// <summary>The admin API.</summary>
    [Bounds(0, Zero = "for no limit")]
    public long AdminPerMinute { get; set; } = 60_000;

    /// <summary>Sign-in, per network address instead of per tenant (IPv6: per /64).</summary>
    [Bounds(0, Zero = "for no limit")]
    public long AuthPerMinute { get; set; } = 1_200;

    /// <summary>Sign-ins that fail, per network address, at one process. Whoever has more is refused before anything is hashed. With 0 those of an account are not counted either.</summary>
    [Bounds(0, Zero = "for no limit")]
    public long FailedSignInsPerMinute { get; set; } = 60;

    public long Of(RateClass rateClass) => rateClass switch
    {
        RateClass.Send => SendPerMinute,
        RateClass.Read => ReadPerMinute,
        RateClass.User => UserPerMinute,
        RateClass.Admin => AdminPerMinute,
        RateClass.Auth => AuthPerMinute,
        _ => 0,
    };
}
