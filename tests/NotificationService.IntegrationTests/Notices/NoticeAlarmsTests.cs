using Microsoft.Extensions.DependencyInjection;
using NotificationService.Host.Commands;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notices;

/// <summary>A tenant's admins hear of it when an endpoint was disabled or a provider suspended, each once a day.</summary>
public sealed class NoticeAlarmsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Admins_are_written_to_once_a_day_about_each_subject_and_nobody_else_is()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        await AddUserAsync(tenant, "admin@alarms.example", "admin", "null");
        await AddUserAsync(tenant, "viewer@alarms.example", "viewer", "null");
        await AddUserAsync(tenant, "gone@alarms.example", "admin", "now()");
        await AddUserAsync(other, "other@alarms.example", "admin", "null");
        var (endpoint, provider) = (Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsync(
            $$"""
            insert into webhook_endpoints (tenant_id, id, url, events, payload, headers, enabled, disabled_at, disabled_for, revision, created_at, updated_at, last_failure)
            values ('{{tenant}}', '{{endpoint}}', 'https://example.com/hook', '{delivery.*}', 1, '{}', false, now(), 'gone', 1, now(), now(), 'status 410');
            insert into providers (id, tenant_id, channel, type, name, priority, weight, enabled, settings, revision, created_at, updated_at)
            values ('{{provider}}', '{{tenant}}', 2, 'sandbox', 'Our SMS', 10, 100, true, '{}', 3, now(), now());
            insert into provider_suspensions (tenant_id, provider_id, revision, code, message) values ('{{tenant}}', '{{provider}}', 3, 'auth', 'the vendor refuses the account');
            """);
        await using (var host = WorkerHost.Create(database.ConnectionString))
        {
            await host.Services.GetRequiredService<SystemSeed>().RunAsync(CancellationToken.None);
            await host.StartAsync();
            await Eventually.TrueAsync(async () => (await MailsAsync()).Count == 2, Patience, () => "the mails did not come");
            await host.StopAsync();
        }

        // Another process looks a day back, and what it is about happened once more.
        await database.ExecuteAsync($"update webhook_endpoints set disabled_at = clock_timestamp(), last_failure = 'another one' where id = '{endpoint}'");
        await using (var next = WorkerHost.Create(database.ConnectionString))
        {
            await next.StartAsync();
            await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from notices") == 0 && await SeenTwiceAsync(), Patience, () => "it was not looked at again");
            await next.StopAsync();
        }

        var mails = await MailsAsync();
        mails.Count.ShouldBe(2);
        mails.ShouldContain(mail => mail.Contains("https://example.com/hook", StringComparison.Ordinal) && mail.Contains("status 410", StringComparison.Ordinal));
        mails.ShouldContain(mail => mail.Contains("Our SMS", StringComparison.Ordinal) && mail.Contains("the vendor refuses the account", StringComparison.Ordinal));

        // The intake counts each use of a key that it knows.
        async Task<bool> SeenTwiceAsync()
        {
            await Task.Yield();
            return await database.ScalarAsync<long>("select coalesce(sum(n_tup_ins), 0)::bigint from pg_stat_user_tables where relname = 'notices'") >= 4;
        }
    }

    private Task<IReadOnlyList<string>> MailsAsync() => database.QueryAsync<string>($"select recipient || message::text from sandbox_messages where tenant_id = '{SystemTenant.Id}' and recipient like '%@alarms.example'");

    private Task<int> AddUserAsync(TenantId tenant, string email, string role, string disabledAt) => database.ExecuteAsync(
        $$"""
        insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at, password_hash, disabled_at)
        values (gen_random_uuid(), '{{tenant}}', '{{email}}', '{{email}}', upper('{{email}}'), 'Ann', '{{{role}}}', '', now(), 'x', {{disabledAt}})
        """);
}
