using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.EventRules;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>
/// What the API's look-ups by Entity Framework touch. They begin and end their transactions themselves, so that their pages are taken from the
/// database's counters, to which the only connection they have is asked to add its own. Lists have tests of their own.
/// </summary>
public sealed class EntityQueryCosts : IAsyncDisposable
{
    private const int MaxPages = 120;

    /// <summary>A tenant has 500 rules at most, and all of them may be read.</summary>
    private const int MaxOfRules = 600;

    private const string Touched =
        "select c.oid::regclass::text || ' ' || pg_stat_get_blocks_fetched(c.oid) from pg_class c where c.oid >= 16384 and c.relkind in ('r', 'i', 't') and pg_stat_get_blocks_fetched(c.oid) > 0";

    private readonly TestDatabase database;
    private readonly Database single;
    private readonly (string Name, int Max, Func<Task> Run)[] lookUps;

    public EntityQueryCosts(TestDatabase database, IReadOnlyDictionary<string, Guid> planted)
    {
        var tenant = new TenantId(planted["tenant"]);
        (this.database, single) = (database, new Database(new StorageOptions { ConnectionString = database.ConnectionString, ApiPoolSize = 1 }));
        var store = new TenantStore(single);
        var (time, audit) = (TimeProvider.System, new AuditLog(database.Ids, TimeProvider.System));
        var providers = new ProviderStore(
            store, new CredentialVault(MasterKeys.Parse($"test:{Convert.ToBase64String(new byte[32])}")), new ReceiptAddresses(new ProviderTypes([]), new PublicUrl(Value: null)));
        var (endpoints, templates) = (new WebhookEndpointStore(store), new TemplateQueries(store));
        var preferences = new PreferenceStore(store, new ObjectingTenants(single, time), time);
        var categories = new CategoryStore(store, new CategoryCatalog(single, time), audit, database.Ids, time);
        var rules = new EventRuleStore(store, new TemplateBinder(new TemplateCatalog(single, time)), audit, database.Ids, time);
        var suppressions = new SuppressionList(store, new SuppressionQueries(single, new LongLists(time), time), audit, database.Ids, time);
        lookUps =
        [
            ("a provider", MaxPages, () => providers.FindAsync(tenant, planted["provider"], default)),
            ("a page of a channel's providers", MaxPages, () => providers.ListAsync(tenant, ChannelKind.Email, 0, 20, default)),
            ("a webhook endpoint", MaxPages, () => endpoints.FindAsync(tenant, planted["endpoint"], default)),
            ("a page of webhook endpoints", MaxPages, () => endpoints.ListAsync(tenant, 0, 20, default)),
            ("a template by its key", MaxPages, () => templates.FindAsync(tenant, "t-1", default)),
            ("a template by its id", MaxPages, () => templates.FindAsync(tenant, planted["template"].ToString(), default)),
            ("a version of a template", MaxPages, () => templates.FindVersionAsync(tenant, "t-1", 1, default)),
            ("a category by its key", MaxPages, () => categories.FindAsync(tenant, "c-1", default)),
            ("a page of categories", MaxPages, () => categories.ListAsync(tenant, 0, 20, default)),
            ("what a person wants", MaxPages, () => preferences.FindAsync(tenant, "u-3", default)),
            ("an event rule", MaxPages, () => rules.FindAsync(tenant, planted["rule"], default)),
            ("the event rules of some types", MaxOfRules, () => rules.EnabledAsync(tenant, ["order.1", "order.2"], default)),
            ("a suppressed address", MaxPages, () => suppressions.FindAsync(tenant, planted["suppression"], default)),
        ];
    }

    /// <summary>
    /// A sentence for each that touches more than a look-up needs, each asked eight times, so that it has had plans for its parameters and one for all.
    /// Either is asked at least three times, and one excess alone is what another connection counted in between.
    /// </summary>
    public async Task<IReadOnlyList<string>> AboveBoundAsync(string statistics)
    {
        var found = new List<string>();
        // What the test itself has touched so far is counted now, and not as anybody's look-up.
        await database.QueryAsync<string>("select pg_stat_force_next_flush()::text");
        foreach (var (name, max, run) in lookUps)
        {
            var above = new List<string>();
            for (var time = 0; time < 8; time++)
            {
                var before = await TouchedAsync();
                await run();
                var touched = (await TouchedAsync()).Select(entry => (entry.Key, Pages: entry.Value - before.GetValueOrDefault(entry.Key))).Where(entry => entry.Pages > 0).ToArray();
                if (touched.Sum(entry => entry.Pages) is var pages && pages > max)
                    above.Add($"{name}, {statistics}, asked {time + 1} times: {pages} pages, of them {string.Join(", ", touched.OrderByDescending(entry => entry.Pages).Take(3))}");
            }

            if (above.Count > 1)
                found.AddRange(above);
        }

        return found;
    }

    public ValueTask DisposeAsync() => single.DisposeAsync();

    private async Task<Dictionary<string, long>> TouchedAsync()
    {
        await using var flush = single.App.CreateCommand("select pg_stat_force_next_flush()");
        await flush.ExecuteNonQueryAsync();
        return (await database.QueryAsync<string>(Touched)).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => long.Parse(words[1]), StringComparer.Ordinal);
    }
}
