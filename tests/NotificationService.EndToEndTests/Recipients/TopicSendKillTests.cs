using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>What is sent to topics goes on wherever a process was killed: nobody is left out, and nobody is sent it twice.</summary>
public sealed class TopicSendKillTests(TopicSendKillTests.Fixture fixture) : IClassFixture<TopicSendKillTests.Fixture>
{
    private const int People = 20_000;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(240);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task Workers_that_are_killed_in_the_middle_leave_each_of_twenty_thousand_subscribers_of_two_topics_one_notification()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Live.ReadAsync(HttpMethod.Put, "/api/v1/services/topics/all", new { name = "All" }, HttpStatusCode.Created);
        await tenant.Live.ReadAsync(HttpMethod.Put, "/api/v1/services/topics/all%2Fsome", new { name = "Some" }, HttpStatusCode.Created);
        // Every third is subscribed to both.
        await service.Database.ExecuteAsync($"""
            insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at)
            select '{tenant.Admin.Tenant}', true, t.topic, 'u-' || g, now() from generate_series(1, {People}) g cross join (values ('all'), ('all/some')) t(topic)
            where g % 3 = 0 or (g % 3 = 1) = (t.topic = 'all')
            """);
        var sent = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { to = new { topic = "all" }, channel = "in_app", content = new { title = "Hi", body = "Hi" }, sendAt = Later() }, HttpStatusCode.Accepted);
        var path = $"{ApiClient.Notifications}/batches/{sent.GetProperty("batchId").GetString()}";
        foreach (var passed in (int[])[2_000, 14_000])
        {
            await using var victim = await service.StartNodeAsync();
            await Eventually.TrueAsync(async () => await ReachedAsync(tenant) >= passed, Ample);
            await victim.KillAsync();
        }

        (await ReachedAsync(tenant)).ShouldBeLessThan(People);
        await using var one = await service.StartNodeAsync();
        await using var other = await service.StartNodeAsync();

        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync(path)).GetProperty("status").GetString() != "open", Ample);
        var batch = await tenant.Live.GetAsync(path);
        (batch.GetProperty("accepted").GetInt64(), batch.GetProperty("deliveries").GetProperty("total").GetInt64()).ShouldBe((People, People));
        (await service.Database.ScalarAsync<string>($"select count(*) || ' ' || count(distinct user_id) from notifications where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe($"{People} {People}");
    }

    private static string Later() => TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private Task<long> ReachedAsync(DirectoryTenant tenant) => service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant.Admin.Tenant}'");

    /// <summary>An API without workers: those are the ones that die here.</summary>
    public sealed class Fixture(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
