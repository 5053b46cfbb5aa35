using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.EventRules;
using NotificationService.Lookups;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>
/// Many tenants ask and change everything at once over few connections, each with a text of its own in whatever it has: nobody ever reads another's. So a
/// scope that stayed open on a connection, or a plan or an answer of somebody else, would be seen. <c>CANARY_REQUESTS</c> says how many requests, 1,000 by default.
/// </summary>
public sealed partial class CanaryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Tenants = 50;
    private const int AtOnce = 12;

    private static readonly int Requests = int.TryParse(Environment.GetEnvironmentVariable("CANARY_REQUESTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1_000;

    [Fact]
    public async Task No_tenant_ever_reads_another_tenants_text()
    {
        await using var ten = new Database(new StorageOptions { ConnectionString = database.ConnectionString, ApiPoolSize = 6, ListPoolSize = 4 });
        var tenants = await Task.WhenAll(Enumerable.Range(0, Tenants).Select(_ => PlantedAsync()));
        var asks = Asks(ten);
        var (faults, read, next) = (new ConcurrentBag<string>(), 0L, -1);

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(AskAsync)));

        faults.Take(10).ShouldBeEmpty();
        read.ShouldBeGreaterThan(Requests, "whoever reads nothing shows nothing");

        async Task AskAsync()
        {
            for (var request = Interlocked.Increment(ref next); request < Requests; request = Interlocked.Increment(ref next))
            {
                // Neighbours in time are different tenants with different requests, and every tenant makes each.
                var (tenant, ask) = (tenants[request % Tenants], asks[(request / Tenants + request) % asks.Length]);
                var seen = Canary().Matches(JsonSerializer.Serialize(await ask(tenant))).Select(match => match.Value).ToList();
                Interlocked.Add(ref read, seen.Count);
                foreach (var other in seen.Where(canary => canary != CanaryOf(tenant)).Distinct())
                    faults.Add($"request {request}: {CanaryOf(tenant)} read {other}");
            }
        }
    }

    /// <summary>Everything that a request does to what a tenant has, answered as it was read.</summary>
    private Func<TenantId, Task<object?>>[] Asks(Database ten)
    {
        var (store, time) = (new TenantStore(ten), TimeProvider.System);
        var audit = new AuditLog(database.Ids, time);
        var (templates, lookups, log) = (new TemplateQueries(store), new LookupStore(store, audit, database.Ids, time), new AuditLogList(ten));
        var catalog = new TemplateCatalog(ten, time);
        var rules = new EventRuleStore(store, new TemplateBinder(catalog), audit, database.Ids, time);
        var suppressions = new SuppressionList(store, new SuppressionQueries(ten, new LongLists(time), time), audit, database.Ids, time);
        return
        [
            async tenant => (await templates.FindAsync(tenant, "welcome", default))?.Version.Contents,
            async tenant => (await catalog.FindPublishedAsync(tenant, "welcome", default))?.ToString() + (await templates.FindVersionAsync(tenant, "welcome", 1, default))?.Version.Contents,
            async tenant => await lookups.ListAsync(tenant, "canary", default),
            async tenant => await lookups.CreateAsync(Admin(tenant), "canary", $"c-{Guid.NewGuid():n}", new LookupChange(new Dictionary<string, string> { ["en"] = CanaryOf(tenant) }, null, null), default),
            async tenant => (await log.ListAsync(tenant, new AuditFilter(null, null, null, null, null), PageRequest.ByCursor(null, 20), default)).Items,
            async tenant => (await rules.ListAsync(tenant, null, 0, 10, default)).Rows.Select(rule => rule.Template),
            async tenant => (await suppressions.ListAsync(tenant, new SuppressionFilter(null, null, null), PageRequest.ByNumber(1, 20), default)).Items.Select(row => row.Address),
            async tenant => (await suppressions.AddAsync(Admin(tenant), ChannelKind.Email, $"{CanaryOf(tenant)}@example.com", SuppressionScopes.All, null, default)).Row.Address,
        ];
    }

    private async Task<TenantId> PlantedAsync()
    {
        var (tenant, template) = (await database.NewTenantAsync(), database.Ids.Next());
        await database.ExecuteAsync(
            $"""
            insert into templates (tenant_id, id, key, name, created_at, updated_at) values ('{tenant}', '{template}', 'welcome', '{CanaryOf(tenant)}', now(), now());
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            values ('{tenant}', '{template}', 1, '{JsonSerializer.Serialize(new { sms = new { en = new { text = CanaryOf(tenant) } } })}', '{"{2}"}', now(), now());
            update templates set published_version = 1 where tenant_id = '{tenant}';
            insert into event_rules (tenant_id, id, type, template, recipient, enabled, revision, created_at, updated_at)
            values ('{tenant}', '{database.Ids.Next()}', 'order.shipped', '{CanaryOf(tenant)}', '{"{}"}', true, 1, now(), now());
            insert into suppressions (tenant_id, id, channel, address, reason, created_at) values ('{tenant}', '{database.Ids.Next()}', 1, '{CanaryOf(tenant)}@example.com', 5, now());
            insert into lookups (tenant_id, id, type, code, labels, position, active, revision, created_at, updated_at)
            values ('{tenant}', '{database.Ids.Next()}', 'canary', 'planted', '{JsonSerializer.Serialize(new { en = CanaryOf(tenant) })}', 1, true, 1, now(), now());
            insert into audit_log (id, tenant_id, at, actor_kind, action, target) values ('{database.Ids.Next()}', '{tenant}', now(), 'system', 'planted', '{CanaryOf(tenant)}')
            """);
        return tenant;
    }

    private static Caller Admin(TenantId tenant) => new(tenant, CallerKind.User, tenant.Value, "admin", Live: true, new HashSet<string>(), new HashSet<string> { UserRoles.Admin });

    private static string CanaryOf(TenantId tenant) => $"canary-{tenant.Value:n}";

    [GeneratedRegex("canary-[0-9a-f]{32}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Canary();
}
