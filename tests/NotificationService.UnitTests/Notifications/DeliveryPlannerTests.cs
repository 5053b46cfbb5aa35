using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Notifications;

public sealed class DeliveryPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly NotificationId Id = NotificationId.From(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));
    private static readonly StoredRecipient Ann = new() { UserId = "u-1", Email = "ann@example.com" };

    [Fact]
    public void Each_channel_gets_a_delivery_whose_id_follows_from_the_notifications()
    {
        var planned = Planned(Request([ChannelKind.InApp, ChannelKind.Email]), Template(ChannelKind.Email, ChannelKind.InApp));

        planned.Deliveries.Select(delivery => delivery.Id).ShouldBe([Id.Delivery(ChannelKind.InApp), Id.Delivery(ChannelKind.Email)]);
        planned.Deliveries.ShouldAllBe(delivery => delivery.Status == DeliveryStatus.Queued && delivery.DueAt == Now);
        planned.Skipped.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_to_be_sent_later_is_scheduled()
    {
        var planned = Planned(Request([ChannelKind.Email]) with { SendAt = Now.AddHours(1) }, Template(ChannelKind.Email));

        planned.Deliveries.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            delivery => delivery.Status.ShouldBe(DeliveryStatus.Scheduled), delivery => delivery.DueAt.ShouldBe(Now.AddHours(1)));
    }

    [Fact]
    public void A_named_channel_without_an_address_has_failed_from_the_start()
    {
        var planned = Planned(Request([ChannelKind.Email, ChannelKind.Sms]), Template(ChannelKind.Email, ChannelKind.Sms));

        planned.Deliveries[1].Status.ShouldBe(DeliveryStatus.Failed);
        (planned.Deliveries[1].Failure?.Kind).ShouldBe(FailureKind.NoAddress);
    }

    [Fact]
    public void Channels_that_the_template_chooses_are_skipped_without_an_address()
    {
        var planned = Planned(Request(null), Template(ChannelKind.Email, ChannelKind.Sms, ChannelKind.InApp));

        planned.Deliveries.Select(delivery => delivery.Channel).ShouldBe([ChannelKind.Email, ChannelKind.InApp]);
        planned.Skipped.ShouldHaveSingleItem().Code.ShouldBe("no_address");
    }

    [Fact]
    public void Channels_that_the_template_lacks_are_skipped()
    {
        var planned = Planned(Request([ChannelKind.Email, ChannelKind.Push]), Template(ChannelKind.Email));

        planned.Deliveries.ShouldHaveSingleItem().Channel.ShouldBe(ChannelKind.Email);
        planned.Skipped.ShouldHaveSingleItem().ShouldBe(new SkippedChannel(ChannelKind.Push, "not_in_template", "the template has no content for push"));
    }

    [Fact]
    public void With_no_address_on_any_channel_there_is_nothing_to_accept()
    {
        Refused(Request([ChannelKind.Sms, ChannelKind.Push]), Template(ChannelKind.Sms, ChannelKind.Push)).Pointer.ShouldBe("/recipient");
        Refused(Request(null), Template(ChannelKind.Sms)).Pointer.ShouldBe("/recipient");
        Refused(Request([ChannelKind.Push]), Template(ChannelKind.Email)).Pointer.ShouldBe("/channels");
    }

    [Fact]
    public void WhatsApp_falls_back_to_the_phone_number()
    {
        var request = Request([ChannelKind.WhatsApp, ChannelKind.Sms]) with { Recipient = new StoredRecipient { Phone = "+14155550100" } };

        Planned(request, template: null).Deliveries.ShouldAllBe(delivery => delivery.Status == DeliveryStatus.Queued);
    }

    [Fact]
    public void In_a_chain_the_first_goes_and_the_others_wait_for_their_time()
    {
        var planned = Planned(Chain([ChannelKind.InApp, ChannelKind.Email], TimeSpan.FromMinutes(15)), Template(ChannelKind.Email, ChannelKind.InApp));

        planned.Deliveries.Select(delivery => (delivery.Channel, delivery.Place, delivery.Status, delivery.DueAt - Now)).ShouldBe(
        [
            (ChannelKind.InApp, 1, DeliveryStatus.Queued, TimeSpan.Zero),
            (ChannelKind.Email, 2, DeliveryStatus.Scheduled, TimeSpan.FromMinutes(15)),
        ]);
    }

    [Fact]
    public void Without_a_time_the_next_channel_waits_for_a_failure_for_three_days()
    {
        var planned = Planned(Chain([ChannelKind.InApp, ChannelKind.Email], null) with { SendAt = Now.AddHours(1) }, template: null);

        planned.Deliveries[0].Status.ShouldBe(DeliveryStatus.Scheduled);
        planned.Deliveries[1].DueAt.ShouldBe(Now.AddHours(73));
    }

    [Fact]
    public void A_channel_without_an_address_is_skipped_and_the_chain_goes_on()
    {
        var planned = Planned(Chain([ChannelKind.Sms, ChannelKind.Email, ChannelKind.Push, ChannelKind.InApp], null), template: null);

        planned.Deliveries.Select(delivery => (delivery.Channel, delivery.Place)).ShouldBe([(ChannelKind.Email, 1), (ChannelKind.InApp, 2)]);
        planned.Skipped.Select(skipped => (skipped.Channel, skipped.Code)).ShouldBe([(ChannelKind.Sms, "no_address"), (ChannelKind.Push, "no_address")]);
    }

    [Fact]
    public void A_chain_of_one_is_simply_that_channel_and_of_none_is_refused()
    {
        Planned(Chain([ChannelKind.Sms, ChannelKind.Email], TimeSpan.FromSeconds(10)), template: null).Deliveries.ShouldHaveSingleItem()
            .ShouldBe(new PlannedDelivery(Id.Delivery(ChannelKind.Email), DeliveryStatus.Queued, Now, null));
        Refused(Chain([ChannelKind.Sms, ChannelKind.Push], null), Template(ChannelKind.Sms, ChannelKind.Push)).Pointer.ShouldBe("/recipient");
        Refused(Chain([ChannelKind.Sms, ChannelKind.Push], null), Template(ChannelKind.Email)).Pointer.ShouldBe("/channels");
    }

    [Fact]
    public void What_waits_expires_with_the_notification() =>
        Planned(Chain([ChannelKind.InApp, ChannelKind.Email], null) with { ExpiresAt = Now.AddHours(2) }, template: null).Deliveries[1].DueAt.ShouldBe(Now.AddHours(2));

    [Fact]
    public void What_stands_against_a_channel_ends_it_at_once_and_says_why()
    {
        var facts = new PlanFacts(
            "news", new CategoryRule(new Dictionary<ChannelKind, bool> { [ChannelKind.InApp] = false }, Critical: false, Marketing: true, ExpiresAfter: null), Person: null,
            [new SuppressedAddress(ChannelKind.Email, "ann@example.com", SuppressionReason.Unsubscribe, null)]);

        var planned = Planned(Request([ChannelKind.Email, ChannelKind.InApp]), template: null, facts);

        planned.Deliveries.Select(delivery => (delivery.Status, delivery.Failure, delivery.Reason?.Code)).ShouldBe(
            [(DeliveryStatus.Suppressed, null, "suppressed_unsubscribe"), (DeliveryStatus.Suppressed, null, "category_default")]);
    }

    [Fact]
    public void In_a_chain_the_first_that_may_be_sent_has_the_first_ones_time()
    {
        var facts = PlanFacts.None with { Person = new PersonPreferences { Channels = new Dictionary<string, bool> { ["email"] = false } } };
        var request = Chain([ChannelKind.Email, ChannelKind.InApp, ChannelKind.Sms], TimeSpan.FromMinutes(15)) with { Recipient = Ann with { Phone = "+14155550100" } };

        Planned(request, template: null, facts).Deliveries.Select(delivery => (delivery.Channel, delivery.Place, delivery.Status, delivery.IsBehind, delivery.DueAt - Now)).ShouldBe(
        [
            (ChannelKind.Email, 1, DeliveryStatus.Suppressed, false, TimeSpan.Zero),
            (ChannelKind.InApp, 2, DeliveryStatus.Queued, false, TimeSpan.Zero),
            (ChannelKind.Sms, 3, DeliveryStatus.Scheduled, true, TimeSpan.FromMinutes(15)),
        ]);
    }

    [Fact]
    public void A_pause_that_is_over_when_it_is_to_be_sent_does_not_stand_against_it()
    {
        var facts = PlanFacts.None with { Person = new PersonPreferences { Paused = true, PausedUntil = Now.AddHours(1) } };

        Planned(Request([ChannelKind.Email]), template: null, facts).Deliveries[0].Status.ShouldBe(DeliveryStatus.Suppressed);
        Planned(Request([ChannelKind.Email]) with { SendAt = Now.AddHours(1) }, template: null, facts).Deliveries[0].Status.ShouldBe(DeliveryStatus.Scheduled);
    }

    /// <summary>Every combination of channels wanted, channels of the template and addresses.</summary>
    [Fact]
    public void Whatever_is_asked_every_channel_is_accounted_for()
    {
        var subsets = Enumerable.Range(0, 32).Select(bits => ChannelKinds.All.Where((_, i) => (bits & (1 << i)) != 0).ToArray()).ToArray();
        foreach (var wanted in subsets.Skip(1))
        {
            foreach (var offered in subsets.Skip(1))
            {
                foreach (var addressed in subsets)
                    CheckOne(wanted, offered, addressed);
            }
        }
    }

    private static void CheckOne(ChannelKind[] wanted, ChannelKind[] offered, ChannelKind[] addressed)
    {
        var recipient = Addresses(addressed);
        var outcome = DeliveryPlanner.Plan(Request(wanted) with { Recipient = recipient }, Template(offered), Id, Now);
        var reachable = wanted.Intersect(offered).Any(channel => DeliveryPlanner.HasAddress(recipient, channel));
        (outcome is PlanOutcome.Planned).ShouldBe(reachable);
        if (outcome is not PlanOutcome.Planned planned)
            return;
        CheckChain(wanted, offered, recipient, planned);
        planned.Deliveries.Select(delivery => delivery.Channel).Concat(planned.Skipped.Select(skipped => skipped.Channel)).Order().ShouldBe(wanted.Order());
        foreach (var delivery in planned.Deliveries)
        {
            offered.ShouldContain(delivery.Channel);
            DeliveryTransitions.Initial.ShouldContain(delivery.Status);
            (delivery.Status == DeliveryStatus.Failed).ShouldBe(!DeliveryPlanner.HasAddress(recipient, delivery.Channel));
        }
    }

    /// <summary>The same as a chain: what can be sent and nothing else, in order, the first at once.</summary>
    private static void CheckChain(ChannelKind[] wanted, ChannelKind[] offered, StoredRecipient recipient, PlanOutcome.Planned all)
    {
        var after = TimeSpan.FromSeconds(30);
        var chain = Planned(Chain(wanted, after) with { Recipient = recipient }, Template(offered));
        chain.Deliveries.Select(delivery => delivery.Id).ShouldBe(all.Deliveries.Where(delivery => delivery.Failure is null).Select(delivery => delivery.Id));
        chain.Deliveries.Select(delivery => delivery.Place).ShouldBe(chain.Deliveries.Count == 1 ? [0] : Enumerable.Range(1, chain.Deliveries.Count));
        chain.Deliveries.Select(delivery => delivery.DueAt).ShouldBe(Enumerable.Range(0, chain.Deliveries.Count).Select(i => Now + i * after));
        chain.Deliveries.Select(delivery => delivery.Status == DeliveryStatus.Queued).ShouldBe(chain.Deliveries.Select((_, i) => i == 0));
        chain.Deliveries.Select(delivery => delivery.Channel).Concat(chain.Skipped.Select(skipped => skipped.Channel)).Order().ShouldBe(wanted.Order());
    }

    private static ValidatedRequest Chain(IReadOnlyList<ChannelKind> channels, TimeSpan? after) => Request(channels) with { Fallback = new FallbackRule(after) };

    private static StoredRecipient Addresses(ChannelKind[] channels) => new()
    {
        UserId = channels.Contains(ChannelKind.InApp) ? "u-1" : null,
        Email = channels.Contains(ChannelKind.Email) ? "ann@example.com" : null,
        Phone = channels.Contains(ChannelKind.Sms) ? "+14155550100" : null,
        Whatsapp = channels.Contains(ChannelKind.WhatsApp) ? "+14155550101" : null,
        DeviceTokens = channels.Contains(ChannelKind.Push) ? ["token"] : null,
    };

    private static ValidatedRequest Request(IReadOnlyList<ChannelKind>? channels) =>
        new("order-shipped", null, channels, Ann, default, null, Priority.Normal, null, null, null, default);

    private static PublishedTemplate Template(params ChannelKind[] channels) => new(Guid.Empty, "order-shipped", 1, null, channels.ToHashSet());

    private static PlanOutcome.Planned Planned(ValidatedRequest request, PublishedTemplate? template, PlanFacts? facts = null) =>
        DeliveryPlanner.Plan(request, template, Id, Now, facts).ShouldBeOfType<PlanOutcome.Planned>();

    private static RequestIssue Refused(ValidatedRequest request, PublishedTemplate? template) =>
        DeliveryPlanner.Plan(request, template, Id, Now).ShouldBeOfType<PlanOutcome.Refused>().Issue;
}
