using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Deliveries;

public sealed class FallbackChainTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NotificationId Id = NotificationId.From(new Ids(TimeProvider.System).Next());
    private static readonly FallbackRule Minute = new(TimeSpan.FromMinutes(1));
    private static readonly FallbackRule UntilItFails = new(null);

    private static readonly Arbitrary<(ChainLink[] Chain, int Mine, FallbackRule Rule, int Attempts)> Chains = (
        from first in Link(1)
        from second in Link(2)
        from third in Link(3)
        from mine in Gen.Choose(0, 2)
        from rule in Gen.Elements(Minute, UntilItFails)
        from attempts in Gen.Choose(0, 1)
        select (new[] { first, second, third }, mine, rule, attempts)).ToArbitrary();

    [Fact]
    public void Nothing_goes_out_after_another_channel_has_reached_the_recipient_and_only_then_is_anything_begun_stopped() => Prop.ForAll(Chains, given =>
    {
        var isReached = given.Chain.Any(link => link.Status is DeliveryStatus.Delivered or DeliveryStatus.Read);
        var decision = Decide(given);
        return isReached ? decision is ChainDecision.NotNeeded : given.Attempts == 0 || decision is ChainDecision.Send;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_first_and_the_one_behind_a_failure_are_never_kept_waiting() => Prop.ForAll(Chains, given =>
        Decide(given) is not ChainDecision.Wait || (given.Chain.Take(given.Mine).LastOrDefault(link => link.Status != DeliveryStatus.Cancelled) is { Status: < DeliveryStatus.Suppressed })).QuickCheckThrowOnFailure();

    [Fact]
    public void A_wait_ends_later_than_now_and_is_no_longer_than_a_channel_may_have() => Prop.ForAll(Chains, given =>
        Decide(given) is not ChainDecision.Wait wait || (wait.Until > Now && wait.Until <= Now.AddSeconds(60) + (given.Rule.After ?? FallbackRule.Longest))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_channel_has_its_time_from_its_first_call()
    {
        Decide(Minute, DeliveryStatus.Sent, beganAgo: 59).ShouldBeOfType<ChainDecision.Wait>().Until.ShouldBe(Now.AddSeconds(1));
        Decide(Minute, DeliveryStatus.Sent, beganAgo: 60).ShouldBeOfType<ChainDecision.Send>();
        Decide(Minute, DeliveryStatus.Queued, beganAgo: 60).ShouldBeOfType<ChainDecision.Send>("one that waits for a retry has not reached anybody");
    }

    [Fact]
    public void What_no_provider_takes_has_no_time()
    {
        Decide(Minute, DeliveryStatus.Queued, dueIn: 60).ShouldBeOfType<ChainDecision.Send>();
        Decide(Minute, DeliveryStatus.Queued, dueIn: -59).ShouldBeOfType<ChainDecision.Wait>().Until.ShouldBe(Now.AddSeconds(1));
    }

    [Fact]
    public void After_a_while_without_workers_they_do_not_go_out_both_at_once_and_one_in_a_lane_that_stands_is_not_waited_for_for_ever()
    {
        Decide(Minute, DeliveryStatus.Queued, dueIn: -1000).ShouldBeOfType<ChainDecision.Wait>().Until.ShouldBe(Now.AddMinutes(1));
        Decide(Minute, DeliveryStatus.Sending, dueIn: -1000).ShouldBeOfType<ChainDecision.Wait>("it was claimed together with the second one");
        Decide(Minute, DeliveryStatus.Queued, dueIn: -1000, isSecondLook: true).ShouldBeOfType<ChainDecision.Send>();
        Decide(Minute, DeliveryStatus.Scheduled, dueIn: -1000, isSecondLook: true).ShouldBeOfType<ChainDecision.Wait>("its own turn has not come");
    }

    [Fact]
    public void Without_a_time_only_a_failure_counts()
    {
        Decide(UntilItFails, DeliveryStatus.Sent, beganAgo: 1).ShouldBeOfType<ChainDecision.NotNeeded>();
        Decide(UntilItFails, DeliveryStatus.Queued, beganAgo: 100_000).ShouldBeOfType<ChainDecision.Wait>();
        Decide(UntilItFails, DeliveryStatus.Failed, beganAgo: 1).ShouldBeOfType<ChainDecision.Send>();
    }

    [Fact]
    public void Of_three_without_a_time_the_third_is_not_needed_either_once_the_first_was_sent()
    {
        var sent = new ChainLink(Id.Delivery(ChannelKind.Email), 1, DeliveryStatus.Sent, Now.AddHours(-72), true, Now.AddHours(-72));
        var notNeeded = new ChainLink(Id.Delivery(ChannelKind.Sms), 2, DeliveryStatus.Cancelled, Now, true, null);

        Decide(([sent, notNeeded, Waiting(3)], 2, UntilItFails, 0)).ShouldBeOfType<ChainDecision.NotNeeded>();
    }

    private static ChainDecision Decide(FallbackRule rule, DeliveryStatus before, double? beganAgo = null, double dueIn = 0, bool isSecondLook = false) => Decide(
        ([
            new ChainLink(Id.Delivery(ChannelKind.Email), 1, before, Now.AddSeconds(dueIn), true, beganAgo is { } ago ? Now.AddSeconds(-ago) : null),
            Waiting(2, isSecondLook ? Now : Now.AddSeconds(dueIn + 60)),
        ], 1, rule, 0));

    private static ChainDecision Decide((ChainLink[] Chain, int Mine, FallbackRule Rule, int Attempts) given)
    {
        var mine = given.Chain[given.Mine];
        var lease = new Lease(Guid.Empty, TimeProvider.System, TimeProvider.System.GetTimestamp(), Now, TimeSpan.FromSeconds(30));
        var delivery = new ClaimedDelivery(mine.Id, new TenantId(Guid.Empty), Priority.Normal, 1, given.Attempts, 0, 1, 0, false, mine.DueAt, null, null, null, lease);
        return FallbackChain.Decide(delivery, given.Chain, given.Rule, Now);
    }

    private static ChainLink Waiting(int place, DateTimeOffset? due = null) => new(Id.Delivery(ChannelKinds.All[place - 1]), place, DeliveryStatus.Sending, due ?? Now, true, null);

    private static Gen<ChainLink> Link(int place) =>
        from status in Gen.Elements(DeliveryStatuses.All.ToArray())
        from claimed in Gen.Elements(true, false)
        from due in Gen.Choose(-200, 60)
        from ago in Gen.Choose(0, 200)
        from began in Gen.Elements(true, false)
        select new ChainLink(Id.Delivery(ChannelKinds.All[place - 1]), place, status, Now.AddSeconds(due), claimed || began, began ? Now.AddSeconds(-ago) : null);
}
