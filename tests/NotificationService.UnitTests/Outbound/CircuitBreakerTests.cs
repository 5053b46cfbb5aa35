using FsCheck;
using FsCheck.Fluent;
using NotificationService.Outbound;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Outbound;

public sealed class CircuitBreakerTests
{
    private static readonly CircuitBreakerSettings Settings = new(
        FailuresInARow: 5, MinCalls: 20, Window: TimeSpan.FromSeconds(30), FirstPause: TimeSpan.FromSeconds(1), LongestPause: TimeSpan.FromSeconds(10), Probes: 3);

    private readonly ManualTime time = new();
    private readonly CircuitBreaker breaker;

    public CircuitBreakerTests() => breaker = new CircuitBreaker(Settings, time);

    [Fact]
    public void Five_failures_in_a_row_open_it_and_four_do_not()
    {
        Fail(4);
        breaker.IsOpen.ShouldBeFalse();

        Fail(1);
        breaker.IsOpen.ShouldBeTrue();
        breaker.TryEnter().ShouldBeFalse();
        breaker.OpensIn.ShouldBe(Settings.FirstPause);
    }

    [Fact]
    public void More_than_half_of_twenty_calls_within_half_a_minute_open_it_though_some_succeed_in_between()
    {
        for (var round = 0; round < 9; round++)
        {
            breaker.Succeeded();
            Fail(1);
        }

        breaker.IsOpen.ShouldBeFalse("eighteen calls say too little");
        Fail(3);
        breaker.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void Failures_of_long_ago_do_not_count()
    {
        for (var round = 0; round < 9; round++)
        {
            Fail(1);
            breaker.Succeeded();
        }

        time.Advance(TimeSpan.FromSeconds(31));
        Fail(3);

        breaker.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public void After_the_pause_three_calls_are_probes_and_the_success_of_one_closes_it()
    {
        Fail(5);
        time.Advance(Settings.FirstPause);

        (breaker.TryEnter(), breaker.TryEnter(), breaker.TryEnter(), breaker.TryEnter()).ShouldBe((true, true, true, false));
        Fail(1);
        breaker.Succeeded();

        breaker.TryEnter().ShouldBeTrue();
        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void When_all_probes_fail_the_pause_doubles_up_to_ten_seconds()
    {
        Fail(5);
        var pauses = new List<double>();
        for (var probe = 0; probe < 6; probe++)
        {
            pauses.Add(breaker.OpensIn.TotalSeconds);
            time.Advance(breaker.OpensIn);
            for (var i = 0; i < Settings.Probes; i++)
                breaker.TryEnter().ShouldBeTrue();
            Fail(Settings.Probes);
        }

        pauses.ShouldBe([1, 2, 4, 8, 10, 10]);
    }

    [Fact]
    public void A_probe_that_was_not_made_leaves_the_right_to_another()
    {
        Fail(5);
        time.Advance(Settings.FirstPause);
        for (var i = 0; i < Settings.Probes; i++)
            breaker.TryEnter();
        breaker.TryEnter().ShouldBeFalse();

        breaker.Abandoned();

        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void Where_only_the_share_counts_failures_in_a_row_do_not_open_it()
    {
        var patient = new CircuitBreaker(Settings with { FailuresInARow = null }, time);
        for (var i = 0; i < 19; i++)
            patient.Failed().ShouldBeFalse();

        patient.Failed().ShouldBeTrue("the twentieth says enough");
    }

    [Fact]
    public void Half_of_the_calls_is_not_more_than_half()
    {
        for (var i = 0; i < 20; i++)
        {
            breaker.Succeeded();
            Fail(1);
        }

        breaker.IsOpen.ShouldBeFalse();
        Fail(1);
        breaker.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void With_a_single_probe_and_a_single_pause_it_asks_once_in_a_pause()
    {
        var single = new CircuitBreaker(Settings with { Probes = 1, LongestPause = Settings.FirstPause }, time);
        single.Open(Settings.FirstPause);
        for (var pause = 0; pause < 4; pause++)
        {
            single.TryEnter().ShouldBeFalse();
            single.OpensIn.ShouldBe(Settings.FirstPause);
            time.Advance(Settings.FirstPause);
            (single.TryEnter(), single.TryEnter()).ShouldBe((true, false));
            single.Failed().ShouldBeTrue();
        }
    }

    [Fact]
    public void What_was_called_before_it_opened_and_fails_after_leaves_the_pause_as_it_is()
    {
        Fail(5);
        time.Advance(Settings.FirstPause / 2);

        Fail(10);

        breaker.OpensIn.ShouldBe(Settings.FirstPause / 2);
    }

    /// <summary>0 to 4: a call begins, succeeds, fails, is not made, time goes by.</summary>
    [Fact]
    public void Whatever_happens_in_whatever_order_it_is_tried_again_when_what_was_under_way_has_ended_and_the_longest_pause_is_over() => Prop.ForAll(
        Gen.Choose(0, 4).ArrayOf().ToArbitrary(),
        steps =>
        {
            var clock = new ManualTime();
            var any = new CircuitBreaker(Settings, clock);
            foreach (var step in steps)
            {
                if (step == 0)
                    any.TryEnter();
                else if (step == 1)
                    any.Succeeded();
                else if (step == 2)
                    any.Failed();
                else if (step == 3)
                    any.Abandoned();
                else
                    clock.Advance(TimeSpan.FromMilliseconds(700));
                any.OpensIn.ShouldBeInRange(TimeSpan.Zero, Settings.LongestPause);
                any.ProbesLeft.ShouldBeInRange(0, Settings.Probes);
            }

            for (var i = 0; i < Settings.Probes; i++)
                any.Failed();
            clock.Advance(Settings.LongestPause);
            any.TryEnter().ShouldBeTrue();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(60));

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            breaker.Failed();
    }
}
