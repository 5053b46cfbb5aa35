using NotificationService.RateLimits;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.UnitTests.RateLimits;

public sealed class LeasedAllowanceTests
{
    private readonly ManualTime time = new();
    private readonly Lock sync = new();
    private long leasedByAll;
    private int leases;
    private bool isDown;

    [Fact]
    public async Task Exactly_the_limit_is_allowed_in_a_window()
    {
        var allowance = Of(limit: 250);

        var decisions = new List<RateDecision>();
        for (var i = 0; i < 400; i++)
            decisions.Add(await allowance.TakeAsync(1, CancellationToken.None));

        decisions.Count(decision => decision.IsAllowed).ShouldBe(250);
        decisions[0].Remaining.ShouldBe(249);
        decisions[^1].ShouldBe(new RateDecision(IsAllowed: false, 250, 0, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Once_refused_the_database_is_left_alone_until_something_is_given_back()
    {
        var allowance = Of(limit: 1);
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeFalse();
        var before = leases;

        for (var i = 0; i < 1_000; i++)
            (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeFalse();

        leases.ShouldBe(before);
        leasedByAll = 0;
        time.Advance(TimeSpan.FromSeconds(61));
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Ten_thousand_requests_within_the_limit_ask_the_database_a_few_times()
    {
        var allowance = Of(limit: 600_000);

        for (var i = 0; i < 10_000; i++)
            (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue();

        leases.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task What_is_held_is_kept_however_long_nobody_asks()
    {
        var allowance = Of(limit: 10_000);
        await allowance.TakeAsync(1, CancellationToken.None);

        for (var minute = 0; minute < 50; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            (await allowance.TakeAsync(1, CancellationToken.None)).ShouldBe(new RateDecision(IsAllowed: true, 10_000, 10_000, TimeSpan.Zero));
        }

        leases.ShouldBe(1);
    }

    [Fact]
    public async Task What_other_nodes_took_is_not_there_any_more()
    {
        leasedByAll = 995;
        var allowance = Of(limit: 1000);

        var allowed = 0;
        for (var i = 0; i < 50; i++)
            allowed += (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed ? 1 : 0;

        allowed.ShouldBe(5);
    }

    [Fact]
    public async Task Many_are_taken_whole_or_not_at_all_and_a_refusal_of_many_refuses_no_single_one()
    {
        var allowance = Of(limit: 1_000);
        (await allowance.TakeAsync(700, CancellationToken.None)).IsAllowed.ShouldBeTrue();

        (await allowance.TakeAsync(400, CancellationToken.None)).IsAllowed.ShouldBeFalse();
        var before = leases;
        (await allowance.TakeAsync(500, CancellationToken.None)).IsAllowed.ShouldBeFalse();
        leases.ShouldBe(before, "more than what was refused is refused without asking");

        (await allowance.TakeAsync(300, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_given_back_can_be_taken_again()
    {
        var allowance = Of(limit: 10);
        (await allowance.TakeAsync(10, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeFalse();

        allowance.GiveBack(2);

        (await allowance.TakeAsync(2, CancellationToken.None)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_thousand_callers_at_once_share_few_leases_and_none_goes_beyond_the_limit()
    {
        var allowance = Of(limit: 10_000);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 12_000).Select(_ => Task.Run(async () => await allowance.TakeAsync(1, CancellationToken.None))));

        decisions.Count(decision => decision.IsAllowed).ShouldBe(10_000);
        // A hundred, and one now and then for somebody who was refused while another leased.
        leases.ShouldBeLessThan(200);
    }

    [Fact]
    public async Task Without_the_database_the_node_allows_a_sixtieth_a_second_by_itself()
    {
        isDown = true;
        var allowance = Of(limit: 600);

        for (var second = 0; second < 3; second++)
        {
            for (var i = 0; i < 10; i++)
                (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue();
            (await allowance.TakeAsync(1, CancellationToken.None)).ShouldBe(new RateDecision(IsAllowed: false, 600, 0, TimeSpan.FromSeconds(1)));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        leases.ShouldBe(3, "it asks once a second");
        isDown = false;
        (await allowance.TakeAsync(1, CancellationToken.None)).IsAllowed.ShouldBeTrue();
        leasedByAll.ShouldBe(6);
    }

    private LeasedAllowance Of(long limit) => new("subject", RateClass.Send, limit, LeaseAsync, time);

    private Task<RateLease> LeaseAsync(RateLeaseRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref leases);
        if (isDown)
            return Task.FromException<RateLease>(new NpgsqlException("no connection"));
        lock (sync)
        {
            var free = request.Limit - leasedByAll;
            var granted = free >= request.Min ? Math.Min(request.Amount, free) : 0;
            leasedByAll += granted;
            return Task.FromResult(new RateLease(granted, leasedByAll, TimeSpan.FromSeconds(60)));
        }
    }
}
