using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>The removal of a tenant goes on wherever a process was killed, and counts every row once.</summary>
public sealed class ErasureKillTests(ErasureKillTests.Service fixture) : IClassFixture<ErasureKillTests.Service>
{
    private const string Path = "/api/v1/admin/tenant";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(150);

    private readonly SignInService service = fixture.SignIn;

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_leaves_what_another_ends()
    {
        var person = await service.RegisterAsync();
        await service.Database.ExecuteAsync($$"""
            insert into notifications (tenant_id, id, live, priority, recipient, created_at)
            select '{{person.Tenant}}', overlay(gen_random_uuid()::text placing substr(notification_meta.uuid_floor(now())::text, 1, 15) from 1 for 15)::uuid, true, 2, '{}', now() from generate_series(1, 60000)
            """);
        await using var victim = await service.StartNodeAsync(ErasureTests.Settles);
        var key = (await service.As(person.AccessToken).GetAsync(Path)).GetProperty("key").GetString();
        var erasure = (await new ApiClient(victim.Client, person.AccessToken).ReadAsync(HttpMethod.Delete, Path, new { confirm = key }, HttpStatusCode.Accepted)).GetProperty("erasureId").GetGuid();
        await Eventually.TrueAsync(async () => await RowsAsync(erasure) > 2_000, Ample);
        await victim.KillAsync();
        (await RowsAsync(erasure)).ShouldBeLessThan(60_000);
        await using var heir = await service.StartInProcessAsync(ErasureTests.Settles);

        var receipt = await Eventually.ValueAsync(() => new ApiClient(service.Client).GetAsync($"/api/v1/admin/tenant-erasures/{erasure}"), read => read.GetProperty("status").GetString() == "finished", Ample);

        receipt.GetProperty("rows").GetProperty("notifications").GetInt64().ShouldBe(60_000);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{person.Tenant}'") + await service.Database.ScalarAsync<long>($"select count(*) from tenants where tenant_id = '{person.Tenant}'")).ShouldBe(0);
    }

    private async Task<long> RowsAsync(Guid erasure) =>
        await service.Database.ScalarAsync<long>($"select coalesce((counts ->> 'notifications')::bigint, 0) from tenant_erasures where id = '{erasure}'");

    /// <summary>An API without workers: those are the ones that die here.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        internal SignInService SignIn { get; } = new(cluster, isInProcess: true, ("Notification__Roles", "api"));

        public ValueTask InitializeAsync() => SignIn.InitializeAsync();

        public ValueTask DisposeAsync() => SignIn.DisposeAsync();
    }
}
