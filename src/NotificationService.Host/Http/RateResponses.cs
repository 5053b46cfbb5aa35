using NotificationService.RateLimits;

namespace NotificationService.Host.Http;

/// <summary>What an answer says of its caller's rate.</summary>
internal static class RateResponses
{
    /// <summary>Writes the headers. The refusal, or null for what may go on.</summary>
    /// <param name="of">What is counted.</param>
    public static ProblemResult? RefusalOf(HttpContext context, RateClass rateClass, RateDecision decision, string of)
    {
        var seconds = (long)Math.Ceiling(decision.Reset.TotalSeconds);
        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = decision.Limit.ToString();
        headers["RateLimit-Remaining"] = decision.Remaining.ToString();
        headers["RateLimit-Reset"] = seconds.ToString();
        if (decision.IsAllowed)
            return null;
        RateLimitMetrics.Refused(rateClass);
        return Problems.RateLimited($"The limit is {decision.Limit} {of} in any 60 seconds.", TimeSpan.FromSeconds(Math.Max(1, seconds)));
    }
}
