using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Deliveries.Receipts;

public sealed class ReceiptRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeliveryId Id = NotificationId.From(new Ids(TimeProvider.System).Next()).Delivery(ChannelKind.WhatsApp);

    private static readonly Arbitrary<DeliveryStanding> AnyStanding = (
        from status in Gen.Elements(DeliveryStatuses.All.Where(status => status != DeliveryStatus.Sending).ToArray())
        from ambiguous in Gen.Elements(true, false)
        from kind in Gen.Elements(Enum.GetValues<FailureKind>())
        from message in Gen.Elements(null, "m-1")
        select Standing(status, ambiguous, kind, message)).ToArbitrary();

    private static readonly Gen<PendingReceipt> AnyReceipt =
        from kind in Gen.Elements(ReceiptKinds.All.ToArray())
        from temporary in Gen.Elements(true, false)
        from message in Gen.Elements(null, "m-1", "m-2")
        select Receipt(kind, temporary, message);

    [Fact]
    public void Every_change_is_legal() => Prop.ForAll(AnyStanding, AnyReceipt.ToArbitrary(), (standing, receipt) =>
        ReceiptRules.Decide(standing, receipt) is not ReceiptDecision.Becomes becomes || DeliveryTransitions.IsLegal(standing.Status, becomes.Status)).QuickCheckThrowOnFailure();

    [Fact]
    public void Failed_and_bounced_say_why_and_nothing_else_does() => Prop.ForAll(AnyStanding, AnyReceipt.ToArbitrary(), (standing, receipt) =>
        ReceiptRules.Decide(standing, receipt) is not ReceiptDecision.Becomes becomes
        || (becomes.Failure is not null) == (becomes.Status is DeliveryStatus.Failed or DeliveryStatus.Bounced)).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_scheduled_suppressed_expired_or_cancelled_stays_so() => Prop.ForAll(AnyStanding, AnyReceipt.ToArbitrary(), (standing, receipt) =>
        standing.Status is not (DeliveryStatus.Scheduled or DeliveryStatus.Suppressed or DeliveryStatus.Expired or DeliveryStatus.Cancelled)
        || ReceiptRules.Decide(standing, receipt) is ReceiptDecision.Stays).QuickCheckThrowOnFailure();

    /// <summary>E2: of all orders in which a vendor's receipts of one message can come.</summary>
    [Theory]
    [InlineData(DeliveryStatus.Sent, false)]
    [InlineData(DeliveryStatus.Queued, true)]
    [InlineData(DeliveryStatus.Failed, true)]
    public void In_whichever_order_they_come_the_end_is_the_same(DeliveryStatus from, bool ambiguous)
    {
        var standing = Standing(from, ambiguous, FailureKind.Unknown, null);
        var receipts = Gen.ListOf(AnyReceipt.Where(receipt => !receipt.IsTemporary && receipt.ProviderMessageId != "m-2")).ToArbitrary();

        Prop.ForAll(receipts, list =>
        {
            var ends = new[] { list, [.. Enumerable.Reverse(list)], [.. list.OrderBy(receipt => receipt.Kind)], [.. list.OrderByDescending(receipt => receipt.Kind)] }
                .Select(order => End(standing, order)).Distinct().ToList();
            return ends.Count == 1;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void All_orders_of_sent_delivered_read_failed_and_bounced_end_alike()
    {
        ReceiptKind[] kinds = [ReceiptKind.Sent, ReceiptKind.Delivered, ReceiptKind.Read, ReceiptKind.Failed, ReceiptKind.Bounced];

        Ends(kinds).ShouldBe([DeliveryStatus.Bounced]);
        Ends(kinds[..4]).ShouldBe([DeliveryStatus.Read]);
        Ends([ReceiptKind.Sent, ReceiptKind.Failed, ReceiptKind.Delivered]).ShouldBe([DeliveryStatus.Delivered]);
        Ends([ReceiptKind.Sent, ReceiptKind.Failed]).ShouldBe([DeliveryStatus.Failed]);

        static IEnumerable<DeliveryStatus> Ends(ReceiptKind[] kinds) => Permutations(kinds)
            .Select(order => End(Standing(DeliveryStatus.Sent, false, FailureKind.Unknown, "m-1"), [.. order.Select(kind => Receipt(kind))])).Distinct();
    }

    [Fact]
    public void What_went_wrong_with_an_earlier_call_does_not_fail_the_later_one_that_was_accepted() =>
        ReceiptRules.Decide(Standing(DeliveryStatus.Sent, false, FailureKind.Unknown, "m-1"), Receipt(ReceiptKind.Failed, message: "m-2"))
            .ShouldBe(new ReceiptDecision.Stays("earlier_attempt"));

    [Fact]
    public void A_passing_failure_leaves_to_the_queue_what_waits_to_be_sent_once_more() =>
        ReceiptRules.Decide(Standing(DeliveryStatus.Queued, true, FailureKind.Unknown, null), Receipt(ReceiptKind.Failed, temporary: true))
            .ShouldBe(new ReceiptDecision.Stays("will_be_tried_again"));

    [Fact]
    public void Sent_again_by_hand_and_reported_late_as_sent_is_not_taken_from_the_queue() =>
        ReceiptRules.Decide(Standing(DeliveryStatus.Queued, false, FailureKind.Unknown, null), Receipt(ReceiptKind.Sent)).ShouldBeOfType<ReceiptDecision.Stays>();

    private static DeliveryStatus End(DeliveryStanding standing, IEnumerable<PendingReceipt> receipts)
    {
        foreach (var receipt in receipts)
        {
            standing = ReceiptRules.Decide(standing, receipt) switch
            {
                ReceiptDecision.Becomes becomes => standing with { Status = becomes.Status, Failure = becomes.Failure, ProviderMessageId = standing.ProviderMessageId ?? receipt.ProviderMessageId },
                ReceiptDecision.Settles settles => standing with { Failure = settles.Failure },
                _ => standing,
            };
        }

        return standing.Status;
    }

    private static IEnumerable<T[]> Permutations<T>(T[] of) => of.Length <= 1
        ? [of]
        : of.SelectMany((item, index) => Permutations([.. of[..index], .. of[(index + 1)..]]).Select(rest => (T[])[item, .. rest]));

    private static DeliveryStanding Standing(DeliveryStatus status, bool ambiguous, FailureKind kind, string? message) =>
        new(Id, status, ambiguous, 3, message, status is DeliveryStatus.Failed or DeliveryStatus.Bounced ? new Failure(kind, "code", "words") : null);

    private static PendingReceipt Receipt(ReceiptKind kind, bool temporary = false, string? message = null) => new(
        new TenantId(Guid.Empty), Guid.Empty, "(0,1)", Guid.Empty, Id, message, kind, Now, TimeSpan.Zero, null, null, null, null, temporary ? ReceiptFlags.Temporary : ReceiptFlags.None, 0);
}
