using Microsoft.Extensions.Options;
using NotificationService.RateLimits;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.RateLimits;

public sealed class RateLimitStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Two_nodes_share_one_allowance()
    {
        var store = new RateLimitStore(database.Database);
        var options = Options.Create(new RateLimitOptions { SendPerMinute = 300 });
        var nodes = new[] { new RateLimiter(store, options, new ManualTime()), new RateLimiter(store, options, new ManualTime()) };
        var tenant = database.Ids.Next();
        var minute = await CurrentMinuteAsync();

        var decisions = await Task.WhenAll(Enumerable.Range(0, 800).Select(async i =>
            await nodes[i % 2].Of(RateClass.Send, tenant)!.TakeAsync(CancellationToken.None)));

        // If a minute ended in between, each of the two gave its allowance.
        var minutes = await CurrentMinuteAsync() - minute + 1;
        decisions.Count(decision => decision.IsAllowed).ShouldBeInRange(300, 300 * (int)minutes);
    }

    [Fact]
    public async Task A_lease_of_a_new_minute_begins_anew_and_idle_subjects_are_forgotten()
    {
        var store = new RateLimitStore(database.Database);
        await store.LeaseAsync("subject", 10, CancellationToken.None);
        await database.ExecuteAsync("update rate_limits set minute = minute - 90 where subject = 'subject'");

        var response = await store.LeaseAsync("subject", 7, CancellationToken.None);

        response.LeasedByAll.ShouldBe(7);
        response.LeftOfMinute.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(60));
        await database.ExecuteAsync("update rate_limits set minute = minute - 90 where subject = 'subject'");
        await store.PurgeAsync(CancellationToken.None);
        (await database.ScalarAsync<long>("select count(*) from rate_limits where subject = 'subject'")).ShouldBe(0);
    }

    private Task<long> CurrentMinuteAsync() => database.ScalarAsync<long>("select floor(extract(epoch from clock_timestamp()) / 60)::bigint");
}
