using NotificationService.RateLimits;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.UnitTests.RateLimits;

public sealed class LeasedAllowanceTests
{
    private readonly ManualTime time = new();
    private long leasedByAll;
    private int leases;
    private bool isDown;

    [Fact]
    public async Task Exactly_the_limit_is_allowed_in_a_minute()
    {
        var allowance = Of(limit: 250);

        var decisions = new List<RateDecision>();
        for (var i = 0; i < 400; i++)
            decisions.Add(await allowance.TakeAsync(CancellationToken.None));

        decisions.Count(decision => decision.IsAllowed).ShouldBe(250);
        decisions[0].Remaining.ShouldBe(249);
        decisions[^1].ShouldBe(new RateDecision(IsAllowed: false, 250, 0, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Once_refused_the_database_is_left_alone_until_the_minute_is_over()
    {
        var allowance = Of(limit: 1);
        (await allowance.TakeAsync(CancellationToken.None)).IsAllowed.ShouldBeTrue();
        var before = leases;

        for (var i = 0; i < 100; i++)
            (await allowance.TakeAsync(CancellationToken.None)).IsAllowed.ShouldBeFalse();

        leases.ShouldBe(before);
        leasedByAll = 0;
        time.Advance(TimeSpan.FromSeconds(61));
        (await allowance.TakeAsync(CancellationToken.None)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public async Task What_other_nodes_took_is_not_there_any_more()
    {
        leasedByAll = 995;
        var allowance = Of(limit: 1000);

        var allowed = 0;
        for (var i = 0; i < 50; i++)
            allowed += (await allowance.TakeAsync(CancellationToken.None)).IsAllowed ? 1 : 0;

        allowed.ShouldBe(5);
    }

    [Fact]
    public async Task A_thousand_callers_at_once_share_few_leases_and_none_goes_beyond_the_limit()
    {
        var allowance = Of(limit: 10_000);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 12_000).Select(_ => Task.Run(async () => await allowance.TakeAsync(CancellationToken.None))));

        decisions.Count(decision => decision.IsAllowed).ShouldBe(10_000);
        // A hundred, and one now and then for somebody who was refused while another leased.
        leases.ShouldBeLessThan(200);
    }

    [Fact]
    public async Task Without_the_database_the_node_allows_by_itself()
    {
        isDown = true;
        var allowance = Of(limit: 1000);

        (await allowance.TakeAsync(CancellationToken.None)).IsAllowed.ShouldBeTrue();

        isDown = false;
        time.Advance(TimeSpan.FromSeconds(2));
        (await allowance.TakeAsync(CancellationToken.None)).IsAllowed.ShouldBeTrue();
        leasedByAll.ShouldBe(10);
    }

    private LeasedAllowance Of(long limit) => new("subject", limit, LeaseAsync, time);

    private Task<LeaseResponse> LeaseAsync(string subject, long amount, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref leases);
        return isDown
            ? Task.FromException<LeaseResponse>(new NpgsqlException("no connection"))
            : Task.FromResult(new LeaseResponse(Interlocked.Add(ref leasedByAll, amount), TimeSpan.FromSeconds(60)));
    }
}
