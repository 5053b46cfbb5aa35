using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>
/// What happens to a delivery that may have gone out without our knowing, by the rule of its channel. What a person waits for is sent once more and
/// flagged; bulk mail (priority low) is never sent twice and ends as <c>failed</c>, kind <c>unknown</c>. The inbox is our
/// own and holds a delivery once however often it is handed over, so that a lost worker is no reason to give one up.
/// </summary>
public static class AmbiguityPolicy
{
    /// <summary>How long to wait before sending once more, or null to give up.</summary>
    /// <param name="channel">The delivery's channel.</param>
    /// <param name="priority">Its class.</param>
    /// <param name="resentBefore">True when an earlier call was ambiguous too: one resend is all there is.</param>
    /// <param name="attempts">Calls made so far, this one counted, since it was last retried by hand.</param>
    public static TimeSpan? ResendAfter(ChannelKind channel, Priority priority, bool resentBefore, int attempts)
    {
        switch (ChannelTable.Of(channel).Ambiguity)
        {
            case AmbiguityRule.HandOverAgain:
                return attempts <= 1 ? TimeSpan.Zero : RetrySchedule.Next(channel, attempts, null, 0.5);
            case AmbiguityRule.ResendOnce once:
                return resentBefore || priority == Priority.Low ? null : once.After;
            default:
                throw new InvalidOperationException("a closed set");
        }
    }
}
