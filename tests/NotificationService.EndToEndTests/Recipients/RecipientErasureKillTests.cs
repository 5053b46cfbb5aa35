using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>The erasure of a person goes on wherever a process was killed, and counts everything once.</summary>
public sealed class RecipientErasureKillTests(RecipientErasureKillTests.Fixture fixture) : IClassFixture<RecipientErasureKillTests.Fixture>
{
    private const int Sent = 20_000;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(240);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_leaves_what_another_ends()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await service.Database.ExecuteAsync($$$"""
            insert into notifications (tenant_id, id, live, priority, recipient, created_at)
            select '{{{tenant.Admin.Tenant}}}', overlay(overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now())::text, 1, 15) from 1 for 15) placing '0' from 36)::uuid, true, 2,
                case when g % 2 = 0 then '{"userId":"killed-1","email":"killed-1@example.com"}' else '{"email":"Killed-1@example.com"}' end::json, now()
            from generate_series(1, {{{Sent}}}) g
            """);
        await tenant.KeepAsync("killed-1", new { email = "killed-1@example.com" });
        await using var victim = await service.StartNodeAsync(RecipientErasureTests.Settles);
        var erasure = (await tenant.Live.ReadAsync(HttpMethod.Delete, $"{DirectoryTenant.Root}/killed-1", expected: HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid();
        await Eventually.TrueAsync(async () => await CountAsync(erasure) > 1_000, Ample);
        await victim.KillAsync();
        var counted = await CountAsync(erasure);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant.Admin.Tenant}' and content_redacted_at is not null")).ShouldBe(counted);
        await using var heir = await service.StartInProcessAsync(RecipientErasureTests.Settles);

        var receipt = await Eventually.ValueAsync(
            () => tenant.Live.GetAsync($"/api/v1/services/erasures/{erasure}"), read => read.GetProperty("status").GetString() == "done", Ample);

        receipt.GetProperty("counts").GetProperty("notifications").GetInt64().ShouldBe(Sent);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant.Admin.Tenant}' and recipient::text <> '{"{}"}'")).ShouldBe(0);
    }

    private async Task<long> CountAsync(Guid erasure) =>
        await service.Database.ScalarAsync<long>($"select coalesce((counts ->> 'notifications')::bigint, 0) from recipient_erasures where id = '{erasure}'");

    /// <summary>An API without workers: those are the ones that die here.</summary>
    public sealed class Fixture(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
