namespace NotificationService.RateLimits;

/// <summary>Routes that share one allowance.</summary>
public enum RateClass
{
    None,
    Send,
    Read,
    Admin,
    User,
    Auth,
}
