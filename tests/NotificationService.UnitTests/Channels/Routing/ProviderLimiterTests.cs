using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Channels.Routing;

public sealed class ProviderLimiterTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private static readonly ProviderResult Accepted = new ProviderResult.Accepted("id");
    private static readonly ProviderResult Refused = new ProviderResult.Deferred("http_401", "the key is wrong", Cause: DeferralCause.Credentials);

    private readonly ManualTime time = new();
    private readonly ProviderLimiter limiter;

    public ProviderLimiterTests() => limiter = new ProviderLimiter(100, leases: null, time);

    [Fact]
    public void A_wrong_key_costs_four_calls_whatever_waits()
    {
        EnterAll().ShouldBe(4);

        LeaveAll(4, Refused);

        EnterAll().ShouldBe(0);
        limiter.Suspension.ShouldNotBeNull().Code.ShouldBe("http_401");
        limiter.AbleIn.ShouldBe(ProviderLimiter.SuspendedFor);
    }

    [Fact]
    public void A_suspended_provider_is_tried_by_one_call_now_and_then_and_goes_on_once_that_is_answered()
    {
        EnterAll();
        LeaveAll(4, Refused);

        time.Advance(ProviderLimiter.SuspendedFor);
        EnterAll().ShouldBe(1);
        limiter.Leave(Refused, Quick);
        EnterAll().ShouldBe(0);

        time.Advance(ProviderLimiter.SuspendedFor);
        EnterAll().ShouldBe(1);
        limiter.Leave(Accepted, Quick);
        limiter.Suspension.ShouldBeNull();
        EnterAll().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void As_many_are_held_ready_as_it_will_soon_have_answered_also_after_a_pause()
    {
        limiter.Prefetch.ShouldBe(ProviderLimiter.FirstCalls, "nobody knows yet how fast it is");
        for (var round = 0; round < 7; round++)
            LeaveAll(EnterAll(), Accepted);

        time.Advance(TimeSpan.FromSeconds(5));

        limiter.Prefetch.ShouldBeInRange(700, 900, "100 calls at once of 20 ms each, in 150 ms");
    }

    [Fact]
    public void Of_a_slow_provider_hardly_any_are_held_ready()
    {
        for (var round = 0; round < 7; round++)
            LeaveAll(EnterAll(), Accepted);

        EnterAll().ShouldBe(100);
        for (var call = 0; call < 51; call++)
            limiter.GrewSlow();

        limiter.Prefetch.ShouldBe(ProviderLimiter.FirstCalls);
    }

    [Fact]
    public void Calls_at_once_grow_with_each_response_up_to_the_limit()
    {
        var atOnce = new List<int>();
        for (var round = 0; round < 7; round++)
        {
            atOnce.Add(EnterAll());
            LeaveAll(atOnce[^1], Accepted);
        }

        atOnce.ShouldBe([4, 8, 16, 32, 64, 100, 100]);
    }

    [Fact]
    public void A_provider_that_asks_to_slow_down_is_left_alone_as_long_as_it_asked_and_then_gets_half()
    {
        GrowTo(64);
        EnterAll();
        limiter.Leave(new ProviderResult.Deferred("http_429", "slow down", TimeSpan.FromSeconds(7), DeferralCause.Throttled), Quick);

        limiter.AbleIn.ShouldBe(TimeSpan.FromSeconds(7));
        LeaveAll(63, Accepted);
        EnterAll().ShouldBe(0);

        time.Advance(TimeSpan.FromSeconds(7));
        EnterAll().ShouldBeLessThanOrEqualTo(100);
        limiter.Health.Failing.ShouldBeLessThan(0.01, "a throttle is no failure");
    }

    [Fact]
    public void What_only_one_message_waits_for_closes_the_provider_to_no_other()
    {
        for (var i = 0; i < 100; i++)
        {
            limiter.TryEnter().ShouldBeTrue();
            limiter.Leave(new ProviderResult.Deferred("132015", "its template is paused", TimeSpan.FromHours(1), DeferralCause.Message), Quick);
        }

        (limiter.AbleIn, limiter.Suspension, limiter.Health.Failing).ShouldBe((TimeSpan.Zero, null, 0));
    }

    [Fact]
    public void An_absurd_request_to_wait_is_cut_to_an_hour()
    {
        limiter.TryEnter();
        limiter.Leave(new ProviderResult.Deferred("http_429", "slow down", TimeSpan.FromDays(3), DeferralCause.Throttled), Quick);

        limiter.AbleIn.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void One_slow_call_among_many_costs_the_others_nothing()
    {
        GrowTo(64);
        EnterAll().ShouldBe(64);
        limiter.Hangs();
        LeaveAll(63, Accepted);

        EnterAll().ShouldBeGreaterThan(63);
    }

    [Fact]
    public void A_provider_whose_calls_hang_gets_five_at_once_until_one_comes_back_quickly()
    {
        GrowTo(64);
        EnterAll().ShouldBe(64);
        for (var i = 0; i < 33; i++)
            limiter.Hangs();

        LeaveAll(60, new ProviderResult.Ambiguous("timeout", "no answer"));
        EnterAll().ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void What_another_worker_learned_of_the_account_is_believed_and_so_is_that_it_was_corrected()
    {
        limiter.Observe(new Suspension("http_401", "the key is wrong"), time.GetTimestamp());
        EnterAll().ShouldBe(0);

        limiter.Observe(null, time.GetTimestamp());
        EnterAll().ShouldBe(0, "the database was asked before the other had written it");

        time.Advance(TimeSpan.FromSeconds(3));
        limiter.Observe(null, time.GetTimestamp());
        EnterAll().ShouldBe(4);
    }

    [Fact]
    public void A_place_that_was_given_back_is_free_again()
    {
        EnterAll();
        limiter.GiveBack();

        EnterAll().ShouldBe(1);
    }

    private void GrowTo(int calls)
    {
        while (limiter.FreePermits < calls)
            LeaveAll(EnterAll(), Accepted);
    }

    private int EnterAll()
    {
        var entered = 0;
        while (entered < 1000 && limiter.TryEnter())
            entered++;
        return entered;
    }

    private void LeaveAll(int calls, ProviderResult result)
    {
        for (var i = 0; i < calls; i++)
            limiter.Leave(result, Quick);
    }
}
