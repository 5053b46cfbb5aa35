using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>Where a delivery of a chain stands.</summary>
/// <param name="Place">From 1, in the order in which they are tried.</param>
/// <param name="IsPutOff">Whether a worker has held it and put it back for later, to be tried again.</param>
/// <param name="BeganAt">When the first call to a provider began.</param>
public sealed record ChainLink(DeliveryId Id, int Place, DeliveryStatus Status, bool IsPutOff, DateTimeOffset? BeganAt);

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

    /// <summary>Another channel reached the recipient, or has it in hand for so long that nothing more is to be expected.</summary>
    public sealed record NotNeeded(string Message) : ChainDecision;

    /// <summary>The channel before it has not had its time yet.</summary>
    public sealed record Wait(DateTimeOffset Until, string Message) : ChainDecision;
}

/// <summary>
/// What a worker does with a delivery of a chain. That the next one is due when one ends is the database's doing
/// (<c>0009_fallback.sql</c>); here it is looked at once more, by whoever is about to call. Pure.
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
        var before = chain.Where(link => link.Place < place).MaxBy(link => link.Place);
        // What was begun is only stopped by a success.
        if (before is null || before.Status >= DeliveryStatus.Suppressed || delivery.Attempts > delivery.RetriedFrom)
            return ChainDecision.Send.Instance;
        return rule.After is { } after ? InTime(before, after, now) : UntilItFails(before, now);
    }

    private static ChainDecision InTime(ChainLink before, TimeSpan after, DateTimeOffset now)
    {
        if (before.BeganAt is { } began)
            return began + after > now ? Wait(began + after, $"{Name(before)} has until then to reach the recipient") : ChainDecision.Send.Instance;
        // A worker put it off without a call: no provider can be used. Otherwise its turn comes only now, as after a while without workers: they do
        // not go out all at once.
        return before.IsPutOff ? ChainDecision.Send.Instance : Wait(now + after, $"{Name(before)} has not been tried yet");
    }

    private static ChainDecision UntilItFails(ChainLink before, DateTimeOffset now) => before.Status == DeliveryStatus.Sent
        ? new ChainDecision.NotNeeded($"{Name(before)} was sent, and nothing was heard of a failure")
        : Wait(now + FallbackRule.Longest, $"{Name(before)} has not ended yet");

    private static ChainDecision.Wait Wait(DateTimeOffset until, string message) => new(until, message);

    private static string Name(ChainLink link) => link.Id.Channel.ToName();
}
