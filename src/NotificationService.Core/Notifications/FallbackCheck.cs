using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>Whether <c>strategy</c> and <c>fallbackAfter</c> make sense, by themselves and with the channels.</summary>
internal static class FallbackCheck
{
    /// <summary>The rule, or null where all channels are used at once.</summary>
    public static FallbackRule? Check(NotificationRequest request, RequestIssues issues)
    {
        if (request.Strategy is not (null or Strategies.All or Strategies.Fallback))
        {
            issues.Add("/strategy", "choice_invalid", "'strategy' is all or fallback.");
            return null;
        }

        if (request.Strategy != Strategies.Fallback)
        {
            if (request.FallbackAfter is not null)
                issues.Add("/fallbackAfter", "strategy_required", "'fallbackAfter' goes with \"strategy\": \"fallback\"; without it all channels are used at once.");
            return null;
        }

        if (request.Channels is null)
            issues.Add("/channels", "required", "With the strategy fallback name the 'channels' in the order in which they are to be tried.");
        else if (request.Channels.Count == 1)
            issues.Add("/channels", "too_few", "A fallback needs at least two channels, in the order in which they are to be tried.");
        if (request.FallbackAfter is not { } seconds)
            return new FallbackRule(null);
        var after = TimeSpan.FromSeconds(seconds);
        if (after < FallbackRule.Shortest || after > FallbackRule.Longest)
            issues.Add("/fallbackAfter", "number_range", $"'fallbackAfter' is a whole number of seconds from {FallbackRule.Shortest.TotalSeconds} to {FallbackRule.Longest.TotalSeconds} (72 hours).");
        return new FallbackRule(after);
    }
}
