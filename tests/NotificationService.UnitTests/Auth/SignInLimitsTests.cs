using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.Options;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.RateLimits;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth;

/// <summary>Who is refused for having failed too often, and who is not.</summary>
public sealed class SignInLimitsTests
{
    private readonly ManualTime time = new();
    private int hashed;

    [Fact]
    public async Task An_account_that_fails_from_one_address_is_refused_there_and_nowhere_else()
    {
        var limits = Limits(perMinute: 1_000);

        (await FailAsync(limits, Source("10.0.0.1", "shop"), 100)).ShouldBe(100 - SignInLimits.MaxFailuresOfPair);

        hashed.ShouldBe(SignInLimits.MaxFailuresOfPair);
        (await SucceedsAsync(limits, Source("10.0.0.1", "other"))).ShouldBeTrue();
        (await SucceedsAsync(limits, Source("10.0.0.2", "shop"))).ShouldBeTrue();
        (await SucceedsAsync(limits, Source("10.0.0.1", "shop"))).ShouldBeFalse();
        time.Advance(SignInLimits.RecoversEvery);
        (await SucceedsAsync(limits, Source("10.0.0.1", "shop"))).ShouldBeTrue();
    }

    [Fact]
    public async Task An_address_that_tries_many_accounts_is_refused_but_not_those_who_were_there_before()
    {
        var limits = Limits(perMinute: 60);
        (await SucceedsAsync(limits, Source("10.0.0.1", "regular"))).ShouldBeTrue();
        for (var i = 0; i < 200; i++)
            await FailAsync(limits, Source("10.0.0.1", $"nobody-{i}"), 1);

        hashed.ShouldBe(60);
        (await SucceedsAsync(limits, Source("10.0.0.1", "stranger"))).ShouldBeFalse();
        (await SucceedsAsync(limits, Source("10.0.0.1", "regular"))).ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(1));
        (await SucceedsAsync(limits, Source("10.0.0.1", "stranger"))).ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_that_fails_from_everywhere_is_refused_where_it_never_was()
    {
        var limits = Limits(perMinute: 60);
        (await SucceedsAsync(limits, Source("10.9.9.9", "shop"))).ShouldBeTrue();
        for (var i = 0; i < 100; i++)
            await FailAsync(limits, Source($"10.0.1.{i}", "shop"), 10);

        hashed.ShouldBe(SignInLimits.MaxFailuresOfAccount);
        (await SucceedsAsync(limits, Source("10.0.2.1", "shop"))).ShouldBeFalse();
        (await SucceedsAsync(limits, Source("10.9.9.9", "shop"))).ShouldBeTrue();
    }

    [Fact]
    public async Task Those_under_way_count_before_they_have_failed()
    {
        var limits = Limits(perMinute: 60);
        var wait = new TaskCompletionSource<string?>();
        Task[] tries = [.. Enumerable.Range(0, 100).Select(_ => limits.RunAsync(Source("10.0.0.1", "shop"), _ => Hash(wait.Task), default))];

        hashed.ShouldBe(SignInLimits.MaxFailuresOfPair);
        tries.Count(tried => tried.IsFaulted).ShouldBe(100 - SignInLimits.MaxFailuresOfPair);
        wait.SetResult("in");
        await Task.WhenAll(tries.Where(tried => !tried.IsFaulted));
        (await SucceedsAsync(limits, Source("10.0.0.1", "shop"))).ShouldBeTrue();
    }

    [Fact]
    public async Task An_outage_is_no_failure()
    {
        var limits = Limits(perMinute: 3);
        for (var i = 0; i < 50; i++)
            await Should.ThrowAsync<TimeoutException>(limits.RunAsync<string>(Source("10.0.0.1", "shop"), _ => throw new TimeoutException(), default));

        (await SucceedsAsync(limits, Source("10.0.0.1", "shop"))).ShouldBeTrue();
    }

    [Fact]
    public void A_million_names_take_no_more_memory_than_one()
    {
        var counts = new FailureCounts(5, TimeSpan.FromMinutes(1), time);
        counts.TryCount("warm").ShouldBeTrue();
        // Of this thread only: what other tests allocate meanwhile is not this one's.
        var before = GC.GetAllocatedBytesForCurrentThread();
        counts.TryCount("name");
        var ofOne = GC.GetAllocatedBytesForCurrentThread() - before;
        for (var i = 0; i < 200_000; i++)
            counts.TryCount(string.Create(CultureInfo.InvariantCulture, $"name-{i}"));

        before = GC.GetAllocatedBytesForCurrentThread();
        counts.TryCount("name");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThanOrEqualTo(ofOne);
        MemoryOf(counts).ShouldBeLessThan(4 << 20);
    }

    /// <summary>Its arrays, which is all that it has.</summary>
    private static long MemoryOf(FailureCounts counts) =>
        typeof(FailureCounts).GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Select(field => field.GetValue(counts)).OfType<Array>().Sum(Buffer.ByteLength);

    private SignInLimits Limits(long perMinute) => new(Options.Create(new RateLimitOptions { FailedSignInsPerMinute = perMinute }), time);

    private static SignInSource Source(string address, string account) => SignInSource.OfClient(IPAddress.Parse(address), account);

    /// <summary>How many of them were refused without a hash.</summary>
    private async Task<int> FailAsync(SignInLimits limits, SignInSource source, int times)
    {
        var refused = 0;
        for (var i = 0; i < times; i++)
        {
            try
            {
                await limits.RunAsync(source, _ => Hash(Task.FromResult<string?>(null)), default);
            }
            catch (ProblemException problem)
            {
                problem.Result.Value.Code.ShouldBe(SignInLimits.TooManyCode);
                refused++;
            }
        }

        return refused;
    }

    private static async Task<bool> SucceedsAsync(SignInLimits limits, SignInSource source)
    {
        try
        {
            return await limits.RunAsync(source, _ => Task.FromResult<string?>("in"), default) is not null;
        }
        catch (ProblemException)
        {
            return false;
        }
    }

    private Task<string?> Hash(Task<string?> outcome)
    {
        hashed++;
        return outcome;
    }
}
