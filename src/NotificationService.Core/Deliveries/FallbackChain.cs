using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>Where a delivery of a chain stands.</summary>
/// <param name="Place">From 1, in the order in which they are tried.</param>
/// <param name="IsClaimed">Whether a worker has ever held it.</param>
/// <param name="BeganAt">When the first call to a provider began.</param>
public sealed record ChainLink(DeliveryId Id, int Place, DeliveryStatus Status, DateTimeOffset DueAt, bool IsClaimed, DateTimeOffset? BeganAt);

/// <summary>Whether a delivery of a chain whose time has come is to be sent.</summary>
public abstract record ChainDecision
{
    private ChainDecision()
    {
    }

    public sealed record Send : ChainDecision
    {
        public static readonly Send Instance = new();
    }

    /// <summary>Another channel reached the recipient, or has had it in flight for so long that nothing more is to be expected.</summary>
    public sealed record NotNeeded(string Message) : ChainDecision;

    /// <summary>The channel before it has not had its time yet.</summary>
    public sealed record Wait(DateTimeOffset Until, string Message) : ChainDecision;
}

/// <summary>
/// What a worker does with a delivery of a chain. That the next one is due when one ends is the database's doing
/// (<c>Functions/chain_goes_on.sql</c>); here it is looked at once more, by whoever is about to call. Pure.
/// </summary>
public static class FallbackChain
{
    /// <summary>Why a delivery waits, or was woken.</summary>
    public const string Code = "fallback";

    public const string NotNeededCode = "not_needed";

    public static ChainDecision Decide(ClaimedDelivery delivery, IReadOnlyCollection<ChainLink> chain, FallbackRule rule, DateTimeOffset now)
    {
        if (chain.FirstOrDefault(link => link.Status is DeliveryStatus.Delivered or DeliveryStatus.Read) is { } reached)
            return new ChainDecision.NotNeeded($"{Name(reached)} reached the recipient");
        var place = chain.FirstOrDefault(link => link.Id == delivery.Id)?.Place ?? 0;
        // One that was cancelled had no turn: what counts is the one before it.
        var before = chain.Where(link => link.Place < place && link.Status != DeliveryStatus.Cancelled).MaxBy(link => link.Place);
        // What was begun is only stopped by a success.
        if (before is null || before.Status >= DeliveryStatus.Suppressed || delivery.Attempts > delivery.RetriedFrom)
            return ChainDecision.Send.Instance;
        return rule.After is { } after ? InTime(delivery, before, after, now) : UntilItFails(before, now);
    }

    private static ChainDecision InTime(ClaimedDelivery delivery, ChainLink before, TimeSpan after, DateTimeOffset now)
    {
        if (before.BeganAt is { } began)
            return began + after > now ? Wait(began + after, $"{Name(before)} has until then to reach the recipient") : ChainDecision.Send.Instance;
        // A worker put it off without a call: no provider can take it, and that is what a fallback is for.
        if (before is { Status: DeliveryStatus.Queued, IsClaimed: true } && before.DueAt > now)
            return ChainDecision.Send.Instance;
        if (before.Status == DeliveryStatus.Scheduled || before.DueAt + after > now)
            return Wait(before.DueAt + after > now ? before.DueAt + after : now + after, $"{Name(before)} has not had its time yet");
        // Nobody came to either of them, as after a while without workers: they do not go out both at once. The second time its time is over.
        return delivery.DueAt < before.DueAt + (2 * after) ? Wait(now + after, $"{Name(before)} has not been tried yet") : ChainDecision.Send.Instance;
    }

    private static ChainDecision UntilItFails(ChainLink before, DateTimeOffset now) => before.Status == DeliveryStatus.Sent
        ? new ChainDecision.NotNeeded($"{Name(before)} was sent, and nothing was heard of a failure")
        : Wait(now + FallbackRule.Longest, $"{Name(before)} has not ended yet");

    private static ChainDecision.Wait Wait(DateTimeOffset until, string message) => new(until, message);

    private static string Name(ChainLink link) => link.Id.Channel.ToName();
}
