using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Deliveries;

public sealed class DeliveryTransitionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Ids Ids = new(TimeProvider.System);

    private static readonly ProviderResult[] Results =
    [
        new ProviderResult.Accepted("id"), new ProviderResult.Accepted("", Delivered: true), new ProviderResult.Rejected("http_400", "no"),
        new ProviderResult.Deferred("http_503", "later"), new ProviderResult.Deferred("http_429", "later", TimeSpan.FromHours(5)),
        new ProviderResult.Ambiguous("timeout", "who knows"),
    ];

    private static readonly Arbitrary<(ClaimedDelivery Delivery, ProviderResult Result, double Jitter)> Calls = (
        from channel in Gen.Elements(ChannelKinds.All.ToArray())
        from priority in Gen.Elements(Enum.GetValues<Priority>())
        from attempts in Gen.Choose(0, 12)
        from ambiguous in Gen.Elements(true, false)
        from expires in Gen.Elements<DateTimeOffset?>(null, Now.AddSeconds(3), Now.AddDays(3))
        from result in Gen.Elements(Results)
        from jitter in Gen.Choose(0, 999)
        select (Delivery(channel, priority, attempts, ambiguous, expires), result, jitter / 1000d)).ToArbitrary();

    [Fact]
    public void Whatever_comes_of_a_call_is_a_legal_change_and_leaves_an_attempt() => Prop.ForAll(Calls, call =>
    {
        var result = AfterCall(call);
        return DeliveryTransitions.IsLegal(DeliveryStatus.Sending, result.Status)
            && result.Attempt is { } attempt && attempt.Number == call.Delivery.Attempts + 1
            && (result.Status == DeliveryStatus.Failed) == (result.Failure is not null);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_waits_for_another_try_is_due_in_the_future_and_never_after_it_expires() => Prop.ForAll(Calls, call =>
    {
        var result = AfterCall(call);
        return result.Status != DeliveryStatus.Queued
            || (result.DueAt >= Now && (call.Result is ProviderResult.Ambiguous || call.Delivery.ExpiresAt is not { } end || result.DueAt < end));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_an_ambiguous_call_makes_a_delivery_ambiguous_and_it_stays_so() => Prop.ForAll(Calls, call =>
        AfterCall(call).Ambiguous == (call.Delivery.Ambiguous || (call.Result is ProviderResult.Ambiguous))).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_is_called_more_often_than_its_channel_allows()
    {
        foreach (var channel in ChannelKinds.All)
        {
            var delivery = Delivery(channel, Priority.Normal, 0);
            var calls = 0;
            DeliveryResult result;
            do
            {
                result = AfterCall((delivery, new ProviderResult.Deferred("http_503", "later"), 0.5));
                calls++;
                delivery = delivery with { Attempts = calls };
            }
            while (result.Status == DeliveryStatus.Queued);

            calls.ShouldBe(RetrySchedule.MaxAttempts(channel), channel.ToName());
            result.Failure!.Kind.ShouldBe(FailureKind.Exhausted);
        }
    }

    [Theory]
    [InlineData(DeferralCause.Temporary, FailureKind.Exhausted)]
    [InlineData(DeferralCause.Throttled, FailureKind.Exhausted)]
    [InlineData(DeferralCause.Message, FailureKind.Exhausted)]
    public void After_the_last_try_the_kind_says_whether_the_vendor_was_down_or_the_configuration_wrong(DeferralCause cause, FailureKind kind) =>
        AfterCall((Delivery(ChannelKind.Email, Priority.Normal, 20), new ProviderResult.Deferred("code", "no", Cause: cause), 0.5)).Failure!.Kind.ShouldBe(kind);

    [Fact]
    public void Within_a_cycle_over_the_providers_nobody_waits_and_between_cycles_the_schedule_holds()
    {
        var waits = new List<double>();
        for (var attempts = 0; attempts < 6; attempts++)
        {
            var result = DeliveryTransitions.AfterCall(
                Delivery(ChannelKind.Sms, Priority.Normal, attempts), new ProviderResult.Deferred("http_503", "down"), Guid.Empty, new Alternatives(3, true), Now, Now, 0.5);
            waits.Add((result.DueAt!.Value - Now).TotalSeconds);
        }

        waits.ShouldBe([0, 0, 5, 0, 0, 30]);
    }

    [Fact]
    public void What_one_account_may_not_send_goes_to_the_next_and_fails_when_none_is_left()
    {
        var refusal = new ProviderResult.Rejected("21408", "the region is not enabled", RejectionCause.Provider);

        Refused(0).Status.ShouldBe(DeliveryStatus.Queued);
        Refused(0).DueAt.ShouldBe(Now);
        Refused(1).DueAt.ShouldBe(Now.AddSeconds(5), "the other may have been resting or unwell");
        Refused(5).Failure!.Kind.ShouldBe(FailureKind.Permanent);

        DeliveryResult Refused(int attempts) => DeliveryTransitions.AfterCall(
            Delivery(ChannelKind.Sms, Priority.Normal, attempts), refusal, Guid.Empty, new Alternatives(2, true), Now, Now, 0.5);
    }

    [Fact]
    public void A_refusal_by_one_provider_waits_for_another_that_rests() => DeliveryTransitions.AfterCall(
        Delivery(ChannelKind.Sms, Priority.Normal, 0), new ProviderResult.Rejected("21408", "the region is not enabled", RejectionCause.Provider),
        Guid.Empty, new Alternatives(2, IsOneAble: false), Now, Now, 0.5).DueAt.ShouldBe(Now.AddSeconds(5));

    [Fact]
    public void A_channel_of_a_chain_waits_no_longer_than_the_message_is_worth_sending()
    {
        var delivery = Delivery(ChannelKind.Sms, Priority.Normal, 0) with { ExpiresAt = Now.AddMinutes(10) };

        DeliveryTransitions.WaitForChain(delivery, Now.AddHours(72), "email has not ended yet", Now).DueAt.ShouldBe(Now.AddMinutes(10));
    }

    [Fact]
    public void What_a_vendor_says_is_fit_to_be_stored_whatever_it_is()
    {
        var id = DeliveryTransitions.AfterCall(
            Delivery(ChannelKind.Sms, Priority.Normal, 0), new ProviderResult.Accepted("a\0b\ud800" + new string('x', 195) + "😀😀"), Guid.Empty, Alternatives.None, Now, Now, 0.5)
            .Attempt!.ProviderMessageId!;

        id.ShouldBe("ab\ufffd" + new string('x', 195) + "😀");
    }

    [Theory]
    [InlineData(RejectionCause.Message)]
    [InlineData(RejectionCause.Address)]
    public void What_every_provider_would_refuse_is_not_tried_with_another(RejectionCause cause) => DeliveryTransitions.AfterCall(
        Delivery(ChannelKind.Sms, Priority.Normal, 0), new ProviderResult.Rejected("21211", "no such number", cause), Guid.Empty, new Alternatives(2, true), Now, Now, 0.5)
        .Status.ShouldBe(DeliveryStatus.Failed);

    [Fact]
    public void What_may_have_gone_out_never_goes_to_another_provider_at_once() => DeliveryTransitions.AfterCall(
        Delivery(ChannelKind.Sms, Priority.Normal, 0), new ProviderResult.Ambiguous("timeout", "who knows"), Guid.Empty, new Alternatives(2, true), Now, Now, 0.5)
        .DueAt.ShouldBe(Now.AddSeconds(60));

    [Fact]
    public void An_account_that_does_not_work_is_waited_for_three_days_whatever_the_number_of_tries()
    {
        var refusal = new ProviderResult.Deferred("http_401", "wrong key", Cause: DeferralCause.Credentials);
        var fresh = Delivery(ChannelKind.Sms, Priority.Normal, 500);
        var now = fresh.Id.Notification.CreatedAt;

        var waiting = DeliveryTransitions.AfterCall(fresh, refusal, Guid.Empty, Alternatives.None, now, now.AddHours(71), 0.5);
        waiting.Status.ShouldBe(DeliveryStatus.Queued);
        (waiting.DueAt - waiting.At).ShouldBe(TimeSpan.FromMinutes(10));

        DeliveryTransitions.AfterCall(fresh, refusal, Guid.Empty, Alternatives.None, now, now.AddHours(73), 0.5).Failure!.Kind.ShouldBe(FailureKind.Credentials);
    }

    [Fact]
    public void What_nobody_can_take_for_now_is_put_off_and_leaves_no_trace()
    {
        var delivery = Delivery(ChannelKind.Email, Priority.Normal, 1);
        var now = delivery.Id.Notification.CreatedAt;

        var put = DeliveryTransitions.PutOff(delivery, TimeSpan.FromSeconds(10), Route.Later.SuspendedCode, "wrong key", now, 0.5);

        (put.Status, put.Attempt, put.IsUnchanged).ShouldBe((DeliveryStatus.Queued, null, true));
        (put.DueAt - now).ShouldBe(TimeSpan.FromSeconds(12.5));
        DeliveryTransitions.PutOff(delivery with { ExpiresAt = now.AddSeconds(3) }, TimeSpan.FromSeconds(10), "provider_resting", "down", now, 0.5).DueAt.ShouldBe(now.AddSeconds(3));
        DeliveryTransitions.PutOff(delivery, TimeSpan.FromSeconds(10), Route.Later.SuspendedCode, "wrong key", now.AddHours(73), 0.5).Failure!.Kind.ShouldBe(FailureKind.Credentials);
    }

    [Fact]
    public void A_retry_by_hand_starts_the_schedule_over()
    {
        var delivery = Delivery(ChannelKind.Email, Priority.Normal, 10) with { RetriedFrom = 10 };

        AfterCall((delivery, new ProviderResult.Deferred("http_503", "later"), 0.5)).DueAt.ShouldBe(Now.AddSeconds(5));
    }

    [Theory]
    [InlineData(ChannelKind.Email, 60)]
    [InlineData(ChannelKind.WhatsApp, 300)]
    public void What_may_have_gone_out_is_sent_again_once_after_the_time_of_its_channel(ChannelKind channel, int seconds)
    {
        var call = (Delivery(channel, Priority.Critical, 0), (ProviderResult)new ProviderResult.Ambiguous("timeout", "?"), 0.5);

        AfterCall(call).DueAt.ShouldBe(Now.AddSeconds(seconds));
        AfterCall(call with { Item1 = call.Item1 with { Ambiguous = true } }).Failure!.Kind.ShouldBe(FailureKind.Unknown);
    }

    [Theory]
    [InlineData(Priority.Critical)]
    [InlineData(Priority.Low)]
    public void The_inbox_can_hold_nothing_twice_and_is_handed_it_again_however_often_a_worker_was_lost(Priority priority)
    {
        var lost = (ProviderResult)new ProviderResult.Ambiguous("worker_lost", "?");

        AfterCall((Delivery(ChannelKind.InApp, priority, 0), lost, 0.5)).DueAt.ShouldBe(Now);
        AfterCall((Delivery(ChannelKind.InApp, priority, 1, ambiguous: true), lost, 0.5)).DueAt.ShouldBe(Now.AddSeconds(5));
        AfterCall((Delivery(ChannelKind.InApp, priority, RetrySchedule.MaxAttempts(ChannelKind.InApp) - 1, ambiguous: true), lost, 0.5)).Failure!.Kind.ShouldBe(FailureKind.Unknown);
    }

    [Fact]
    public void Every_status_has_its_legal_changes_and_none_leads_back_before_it_was_sent()
    {
        foreach (var from in DeliveryStatuses.All)
            foreach (var to in DeliveryStatuses.All.Where(to => DeliveryTransitions.IsLegal(from, to)))
                (from >= DeliveryStatus.Sent && to < DeliveryStatus.Sent && from is not (DeliveryStatus.Failed or DeliveryStatus.Expired)).ShouldBeFalse($"{from} → {to}");
    }

    [Fact]
    public void The_sets_that_statements_name_are_those_of_the_legal_changes()
    {
        Named("waiting").ShouldBe(DeliveryStatuses.All.Where(status => DeliveryTransitions.IsLegal(status, DeliveryStatus.Sending)));
        Named("retryable").ShouldBe(DeliveryStatuses.All.Where(status => status >= DeliveryStatus.Suppressed && DeliveryTransitions.IsLegal(status, DeliveryStatus.Queued)));
        Named("reached").ShouldBe(DeliveryStatuses.All.Where(status => status > DeliveryStatus.Sent && status < DeliveryStatus.Suppressed));

        static IEnumerable<DeliveryStatus> Named(string set) => SqlNames.Replace($"{{status.{set}}}").Split(", ").Select(number => (DeliveryStatus)short.Parse(number, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_result_that_no_delivery_may_have_cannot_be_made()
    {
        var result = DeliveryTransitions.Expire(Delivery(ChannelKind.Email, Priority.Normal, 0), Now);

        foreach (var status in DeliveryStatuses.All)
        {
            if (DeliveryTransitions.IsLegal(DeliveryStatus.Sending, status))
                (result with { Status = status }).Status.ShouldBe(status);
            else
                Should.Throw<ArgumentOutOfRangeException>(() => result with { Status = status });
        }
    }

    [Fact]
    public void What_a_provider_says_at_length_is_cut() =>
        AfterCall((Delivery(ChannelKind.Email, Priority.Normal, 0), new ProviderResult.Rejected(new string('c', 300), new string('m', 3000)), 0))
            .Failure.ShouldBe(new Failure(FailureKind.Permanent, new string('c', 100), new string('m', 500)));

    private static DeliveryResult AfterCall((ClaimedDelivery Delivery, ProviderResult Result, double Jitter) call) =>
        DeliveryTransitions.AfterCall(call.Delivery, call.Result, Guid.Empty, Alternatives.None, Now.AddMilliseconds(-5), Now, call.Jitter);

    private static ClaimedDelivery Delivery(ChannelKind channel, Priority priority, int attempts, bool ambiguous = false, DateTimeOffset? expires = null) => new(
        NotificationId.From(Ids.Next()).Delivery(channel), new TenantId(Ids.Next()), priority, 1, attempts, 0, 1, 0, ambiguous, Now, expires, null, null,
        new Lease(Guid.Empty, TimeProvider.System, 0, Now, TimeSpan.FromSeconds(30)));
}
