using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Deliveries;

public sealed class DeviceTransitionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Ids Ids = new(TimeProvider.System);
    private static readonly ProviderResult.Accepted Taken = new("id");
    private static readonly ProviderResult.Deferred Unwell = new("UNAVAILABLE", "come again");
    private static readonly ProviderResult.Deferred InAnHour = new("THIRD_PARTY_AUTH_ERROR", "a key is missing", TimeSpan.FromHours(1), DeferralCause.Message);
    private static readonly ProviderResult.Rejected Gone = new("UNREGISTERED", "the app was removed", RejectionCause.Address);
    private static readonly ProviderResult.Ambiguous Lost = new("timeout", "who knows");

    [Fact]
    public void It_waits_for_whom_was_missed_by_that_ones_own_schedule()
    {
        var result = Call(Delivery(), [Taken, Unwell, InAnHour]);

        (result.Status, result.DueAt).ShouldBe((DeliveryStatus.Queued, Now.AddSeconds(5)));
        Outcomes(result).ShouldBe("accepted deferred deferred");
        result.Devices!.Items.Select(device => device.NextAttemptAt).ShouldBe([null, Now.AddSeconds(5), Now.AddHours(1).AddSeconds(0.5)]);
        result.Reason!.Message.ShouldBe("1 of 3 devices have it; come again");
    }

    [Fact]
    public void Only_those_whose_time_has_come_are_called_the_next_time()
    {
        var first = Call(Delivery(), [Taken, Unwell, InAnHour]);

        var selection = Select(first, Now.AddSeconds(5)).ShouldBeOfType<DeviceSelection.Call>();
        Select(first, Now.AddSeconds(4)).ShouldBeOfType<DeviceSelection.Wait>().Until.ShouldBe(Now.AddSeconds(5));

        selection.Message.DeviceTokens.ShouldBe(["b"]);
    }

    [Fact]
    public void Each_device_has_all_tries_of_the_schedule_and_then_it_is_sent_if_any_has_it()
    {
        var result = Call(Delivery(), [Taken, Unwell]);
        var calls = 1;
        for (; result.Status == DeliveryStatus.Queued; calls++)
            result = CallAgain(result, _ => Unwell);

        calls.ShouldBe(RetrySchedule.MaxAttempts(ChannelKind.Push));
        (result.Status, Outcomes(result), result.Failure).ShouldBe((DeliveryStatus.Sent, "accepted given_up", null));
        result.Reason!.Message.ShouldBe("1 of 2 devices have it; come again");
    }

    [Fact]
    public void Where_the_time_for_the_call_was_over_before_a_devices_turn_it_comes_next_and_no_try_is_counted()
    {
        var result = Call(Delivery(), [Taken, null, Unwell]);

        (result.Status, result.DueAt).ShouldBe((DeliveryStatus.Queued, Now));
        result.Devices!.Items.Select(device => device.Attempts).ShouldBe([1, 0, 1]);
        Select(result, Now).ShouldBeOfType<DeviceSelection.Call>().Message.DeviceTokens.ShouldBe(["b"]);
    }

    [Fact]
    public void A_hundred_devices_are_all_called_in_the_end_however_few_a_call_has_time_for()
    {
        string[] tokens = [.. Enumerable.Range(0, 100).Select(i => $"device-{i}")];
        var called = new List<string>();
        var result = Call(Delivery(), tokens, Few);
        while (result.Status == DeliveryStatus.Queued)
            result = CallAgain(result, tokens, Few);

        result.Status.ShouldBe(DeliveryStatus.Sent);
        called.Order().ShouldBe(tokens.Order());

        ProviderResult? Few(string token, int place)
        {
            if (place < 20)
                called.Add(token);
            return place < 20 ? Taken : null;
        }
    }

    [Fact]
    public void Dead_and_doubtful_devices_end_by_themselves()
    {
        Outcomes(Call(Delivery(), [Gone, Taken])).ShouldBe("rejected accepted");
        var doubt = Call(Delivery(), [Gone, Lost]);
        (doubt.Status, doubt.Ambiguous, Outcomes(doubt)).ShouldBe((DeliveryStatus.Queued, true, "rejected ambiguous"));
        var twice = CallAgain(doubt, _ => Lost);
        (twice.Status, twice.Failure!.Kind).ShouldBe((DeliveryStatus.Failed, FailureKind.Unknown));
        var low = Call(Delivery() with { Priority = Priority.Low }, [Taken, Lost]);
        (low.Status, Outcomes(low)).ShouldBe((DeliveryStatus.Sent, "accepted ambiguous"));
    }

    [Fact]
    public void What_no_device_took_fails_by_what_was_worst_to_miss()
    {
        Call(Delivery(), [Gone, Gone]).Failure!.ShouldBe(new Failure(FailureKind.Permanent, "UNREGISTERED", "the app was removed"));
        var late = Call(Delivery() with { ExpiresAt = Now.AddSeconds(2) }, [Gone, Unwell]);
        late.Status.ShouldBe(DeliveryStatus.Expired);
        Call(Delivery() with { Attempts = 6 }, [Gone, Unwell]).Failure!.Kind.ShouldBe(FailureKind.Exhausted);
    }

    [Fact]
    public void A_result_that_is_not_distinguished_is_that_of_each_device()
    {
        var selection = DeviceSelection.Of(Delivery(), Push("a", "b"), [], Now).ShouldBeOfType<DeviceSelection.Call>();

        var result = DeviceTransitions.AfterCall(Delivery(), selection.States, ["a", "b"], Lost, Guid.Empty, Alternatives.None, Now, Now, 0.5);

        Outcomes(result).ShouldBe("ambiguous ambiguous");
    }

    [Fact]
    public void A_suppressed_device_is_left_out_and_named()
    {
        var suppressed = new SuppressedAddress(ChannelKind.Push, "a", SuppressionReason.DeadToken, null);

        var call = DeviceSelection.Of(Delivery(), Push("a", "b"), [suppressed], Now).ShouldBeOfType<DeviceSelection.Call>();

        call.Message.DeviceTokens.ShouldBe(["b"]);
        call.States.Items.Select(device => device.Outcome).ShouldBe([DeviceOutcome.Suppressed, DeviceOutcome.Waiting]);
        DeviceSelection.Of(Delivery(), Push("a", "b"), [suppressed, suppressed with { Address = "b" }], Now).ShouldBeOfType<DeviceSelection.Suppressed>()
            .Reason.Code.ShouldBe("suppressed_dead_token");
    }

    [Fact]
    public void Whatever_ends_it_while_a_worker_holds_it_what_a_device_has_is_sent()
    {
        var (some, none) = (Call(Delivery(), [Taken, Unwell]), Call(Delivery(), [Unwell, Unwell]));
        Func<ClaimedDelivery, DeliveryResult>[] endings =
        [
            delivery => DeliveryTransitions.CancelWithBatch(delivery, Now), delivery => DeliveryTransitions.Expire(delivery, Now),
            delivery => DeliveryTransitions.NotNeeded(delivery, "in_app reached the recipient", Now), delivery => DeliveryTransitions.Unrenderable(delivery, "content_gone", "gone", Now),
        ];

        foreach (var end in endings)
        {
            var sent = DeviceTransitions.Settle(end(some.Delivery with { Devices = some.Devices }));
            (sent.Status, sent.Failure, Outcomes(sent)).ShouldBe((DeliveryStatus.Sent, null, "accepted given_up"));
            sent.Reason!.Message.ShouldStartWith("1 of 2 devices have it; ");
            var ended = end(none.Delivery with { Devices = none.Devices });
            (DeviceTransitions.Settle(ended).Status, Outcomes(DeviceTransitions.Settle(ended))).ShouldBe((ended.Status, "given_up given_up"));
        }
    }

    [Fact]
    public void Nothing_is_kept_of_a_push_to_one_device()
    {
        DeviceSelection.Of(Delivery(), Push("a"), [], Now).ShouldBeNull();
        DeviceSelection.Of(Delivery(), Push("a", "a"), [], Now).ShouldBeNull();
    }

    [Fact]
    public void The_states_are_read_as_they_were_written()
    {
        var states = Call(Delivery(), [Taken, Unwell, Lost, Gone]).Devices!;

        DeviceStates.Parse(states.ToJson()).Items.ShouldBe(states.Items);
    }

    private static string Outcomes(DeliveryResult result) => string.Join(' ', result.Devices!.Items.Select(device => device.Outcome.ToName()));

    private static string[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => ((char)('a' + i)).ToString())];

    private static DeliveryResult Call(ClaimedDelivery delivery, ProviderResult?[] results) => Call(delivery, Tokens(results.Length), (_, place) => results[place]);

    private static DeliveryResult Call(ClaimedDelivery delivery, string[] tokens, Func<string, int, ProviderResult?> response) => Call(delivery, tokens, response, Now);

    private static DeliveryResult Call(ClaimedDelivery delivery, string[] tokens, Func<string, int, ProviderResult?> response, DateTimeOffset now)
    {
        var call = DeviceSelection.Of(delivery, Push(tokens), [], now).ShouldBeOfType<DeviceSelection.Call>();
        IReadOnlyList<DeviceResult> each = [.. call.Message.DeviceTokens.Select((token, place) => new DeviceResult(token, response(token, place)))];
        var together = each.Select(device => device.Result).OfType<ProviderResult>().OrderBy(result => result is ProviderResult.Accepted ? 0 : result is ProviderResult.Ambiguous ? 1 : result is ProviderResult.Deferred ? 2 : 3).First();
        return DeviceTransitions.AfterCall(delivery, call.States, call.Message.DeviceTokens, together with { Devices = each }, Guid.Empty, Alternatives.None, now, now, 0.5);
    }

    private static DeliveryResult CallAgain(DeliveryResult before, Func<string, ProviderResult?> response) => CallAgain(before, Tokens(before.Devices!.Total), (token, _) => response(token));

    private static DeliveryResult CallAgain(DeliveryResult before, string[] tokens, Func<string, int, ProviderResult?> response) =>
        Call(before.Delivery with { Attempts = before.Attempt!.Number, Ambiguous = before.Ambiguous, Devices = before.Devices }, tokens, response, before.DueAt!.Value);

    private static DeviceSelection? Select(DeliveryResult before, DateTimeOffset now) =>
        DeviceSelection.Of(before.Delivery with { Devices = before.Devices }, Push(Tokens(before.Devices!.Total)), [], now);

    private static ChannelMessage.Push Push(params string[] tokens) => new(tokens, "Title", "Body", new Dictionary<string, string>());

    private static ClaimedDelivery Delivery() => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.Push), new TenantId(Guid.Empty), Priority.Normal, 1, 0, 0, 1, 0, false, Now, null, null, null,
        new Lease(Guid.Empty, TimeProvider.System, 0, Now, TimeSpan.FromSeconds(30)));
}
