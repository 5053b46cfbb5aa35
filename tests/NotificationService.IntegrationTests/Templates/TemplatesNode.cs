using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Templates;

/// <summary>Templates as one process has them, on the test's database, with a clock of its own.</summary>
internal sealed class TemplatesNode
{
    private static readonly RecipientModel Ann = new([("userId", "u-1"), ("name", "Ann"), ("locale", "en")]);
    private static int keys;

    public TemplatesNode(TestDatabase database)
    {
        var store = database.Store;
        Catalog = new TemplateCatalog(database.Database, Time);
        Queries = new TemplateQueries(store);
        var ids = new Ids(Time);
        var audit = new AuditLog(ids, Time);
        Assembler = new TemplateAssembler(store);
        var samples = new SampleRuns(Queries, new TenantSettingsCache(new TenantSettingsStore(database.Database, store, audit), database.Database, Time), Time);
        Store = new TemplateStore(store, Queries, Assembler, samples, Catalog, audit, ids, Time);
        Fragments = new FragmentStore(store, audit, Time);
        Usage = new FragmentUsage(store);
        Republisher = new TemplateRepublisher(Store, Queries, Assembler, samples, Usage, Time);
        Seed = new TemplateSeed(Store, Catalog, ids, Time);
    }

    public ManualTime Time { get; } = new();

    public TemplateCatalog Catalog { get; }

    public TemplateQueries Queries { get; }

    public TemplateAssembler Assembler { get; }

    public FragmentStore Fragments { get; }

    public FragmentUsage Usage { get; }

    public TemplateRepublisher Republisher { get; }

    public TemplateStore Store { get; }

    public TemplateSeed Seed { get; }

    public static string NewKey() => $"template-{Interlocked.Increment(ref keys)}";

    public static string Sms(string text) => JsonSerializer.Serialize(new { sms = new { en = new { text } } });

    /// <summary>A draft of one text message.</summary>
    public async Task<Guid> CreateAsync(TenantId tenant, string key, string text) =>
        Done(await Store.CreateAsync(tenant, new(key, "Test", "tests", Sms(text)), CancellationToken.None)).Template.Id;

    public async Task<Guid> PublishedAsync(TenantId tenant, string key, string text)
    {
        var id = await CreateAsync(tenant, key, text);
        await PublishAsync(tenant, key);
        return id;
    }

    public async Task<int> EditAsync(TenantId tenant, string key, string text) =>
        Done(await Store.UpdateAsync(tenant, key, new(null, null, null, Sms(text)), CancellationToken.None)).Version.Version;

    public async Task<int> PublishAsync(TenantId tenant, string key) =>
        Done(await Store.PublishAsync(tenant, key, null, CancellationToken.None)).Version.Version;

    public async Task<int?> PublishedVersionAsync(TenantId tenant, string key) =>
        (await Catalog.FindPublishedAsync(tenant, key, CancellationToken.None))?.Version;

    /// <summary>What a delivery that is pinned to the version would say.</summary>
    public async Task<string?> TextAsync(TenantId tenant, Guid id, int version)
    {
        var template = await Catalog.LoadAsync(tenant, id, version, CancellationToken.None);
        return template.Render(ChannelKind.Sms, null, "{}"u8, Ann, DateTimeOffset.UnixEpoch).ShouldBeOfType<RenderOutcome.Rendered>().Content.Text;
    }

    public static TemplateDetails Done(TemplateChange change) => change.ShouldBeOfType<TemplateChange.Done>().Details;
}
