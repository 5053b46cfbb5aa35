using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Recipients;
using NotificationService.Recipients.UserService;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Recipients;

/// <summary>What is kept of the tenants that are asked about, besides the responses.</summary>
public sealed class AskedTenantsTests : IDisposable
{
    private static readonly TenantId Tenant = new(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a01"));

    private readonly ManualTime time = new();
    private readonly FakeUsers users = new();

    [Fact]
    public async Task Of_tenants_nobody_asks_about_any_more_nothing_is_remembered()
    {
        var profiles = Profiles();
        await Task.WhenAll(Enumerable.Range(0, 3_000).Select(_ => profiles.FindAsync(new TenantId(Guid.CreateVersion7()), "ann", CancellationToken.None).AsTask()));
        profiles.TenantsRemembered.ShouldBeInRange(1, 1_000);

        time.Advance(TimeSpan.FromMinutes(10));
        await FindAsync(profiles, "ann");

        profiles.TenantsRemembered.ShouldBe(1);
    }

    [Fact]
    public async Task A_tenant_with_a_question_under_way_keeps_its_turns_however_many_others_come()
    {
        const int OfTenant = 32;
        var profiles = Profiles(concurrency: 2 * OfTenant);
        var (held, atOnce, max) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0, 0);
        users.Response = async (request, _) =>
        {
            var isOfTenant = request.Headers.GetValues(UserServiceClient.TenantHeader).Single() == Tenant.ToString();
            if (isOfTenant)
                max = Math.Max(max, Interlocked.Increment(ref atOnce));
            await held.Task;
            if (isOfTenant)
                Interlocked.Decrement(ref atOnce);
            return FakeUsers.Json("{}");
        };
        var questions = Enumerable.Range(0, 100).Select(i => FindAsync(profiles, $"user-{i}")).ToList();
        await Eventually.TrueAsync(() => users.Asked.Count == OfTenant, TimeSpan.FromSeconds(60));
        questions.AddRange(Enumerable.Range(0, 1_500).Select(_ => profiles.FindAsync(new TenantId(Guid.CreateVersion7()), "ann", CancellationToken.None).AsTask()));
        await Eventually.TrueAsync(() => profiles.TenantsRemembered == 1_501, TimeSpan.FromSeconds(60));
        questions.Add(FindAsync(profiles, "one-more"));

        held.SetResult();
        await Task.WhenAll(questions);

        max.ShouldBeLessThanOrEqualTo(OfTenant);
        profiles.TenantsRemembered.ShouldBeLessThanOrEqualTo(1_000);
    }

    public void Dispose() => users.Dispose();

    private static Task<ProfileResponse> FindAsync(UserProfiles profiles, string userId) => profiles.FindAsync(Tenant, userId, CancellationToken.None).AsTask();

    private UserProfiles Profiles(int concurrency = 64)
    {
        var options = new UserServiceOptions { BaseUrl = new Uri("https://users.test/api/"), Concurrency = concurrency };
        return new UserProfiles(new UserServiceClient(options, users, time), options, new UserServiceMetrics(), time, NullLogger<UserProfiles>.Instance);
    }
}
