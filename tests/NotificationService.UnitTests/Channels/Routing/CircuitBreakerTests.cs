using NotificationService.Channels.Routing;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Channels.Routing;

public sealed class CircuitBreakerTests
{
    private readonly ManualTime time = new();
    private readonly CircuitBreaker breaker;

    public CircuitBreakerTests() => breaker = new CircuitBreaker(time);

    [Fact]
    public void Five_failures_in_a_row_open_it_and_four_do_not()
    {
        Fail(4);
        breaker.IsOpen.ShouldBeFalse();

        Fail(1);
        breaker.IsOpen.ShouldBeTrue();
        breaker.TryEnter().ShouldBeFalse();
        breaker.OpensIn.ShouldBe(CircuitBreaker.FirstPause);
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
        time.Advance(CircuitBreaker.FirstPause);

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
            for (var i = 0; i < CircuitBreaker.Probes; i++)
                breaker.TryEnter().ShouldBeTrue();
            Fail(CircuitBreaker.Probes);
        }

        pauses.ShouldBe([1, 2, 4, 8, 10, 10]);
    }

    [Fact]
    public void A_probe_that_was_not_made_leaves_the_right_to_another()
    {
        Fail(5);
        time.Advance(CircuitBreaker.FirstPause);
        for (var i = 0; i < CircuitBreaker.Probes; i++)
            breaker.TryEnter();
        breaker.TryEnter().ShouldBeFalse();

        breaker.Abandoned();

        breaker.TryEnter().ShouldBeTrue();
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            breaker.Failed();
    }
}
