using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Templates;

/// <summary>A changed layout or partial shows which published templates are made of another state of it, and they are published again on demand.</summary>
public sealed class RepublishTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplatesNode node = new(database);

    [Fact]
    public async Task A_changed_partial_shows_what_is_outdated_and_publishes_it_again_with_author_and_note()
    {
        var (tenant, with, through, without) = (await database.NewTenantAsync(), TemplatesNode.NewKey(), TemplatesNode.NewKey(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        await PartialAsync(tenant, "footer", "by {{> sign}}");
        var id = await node.PublishedAsync(tenant, with, "Hello {{> sign}}");
        var other = await node.PublishedAsync(tenant, through, "{{> footer}}");
        await node.PublishedAsync(tenant, without, "nothing");
        (await UsesAsync(tenant)).ShouldBe([(with, false), (through, false)], ignoreOrder: true);

        await ChangeAsync(tenant, "Acme Ltd");
        (await UsesAsync(tenant)).ShouldBe([(with, true), (through, true)], ignoreOrder: true);
        var results = await RunAsync(tenant, null, "New name");

        results.Select(result => (result.Template, result.Status, result.Version)).ShouldBe([(with, "republished", 2), (through, "republished", 2)], ignoreOrder: true);
        (await UsesAsync(tenant)).ShouldBe([(with, false), (through, false)], ignoreOrder: true);
        (await node.TextAsync(tenant, id, 1)).ShouldBe("Hello Acme");
        (await node.TextAsync(tenant, id, 2)).ShouldBe("Hello Acme Ltd");
        (await node.TextAsync(tenant, other, 2)).ShouldBe("by Acme Ltd");
        var version = (await node.Queries.FindAsync(tenant, with, CancellationToken.None)).ShouldNotBeNull().Version;
        (version.Note, version.AuthorKind, version.Written).ShouldBe(("New name", "system", TemplatesNode.Sms("Hello {{> sign}}")));
        (await node.PublishedVersionAsync(tenant, with)).ShouldBe(2);
    }

    [Fact]
    public async Task A_draft_stays_the_newest_version_and_what_was_sent_as_a_test_keeps_its_number()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "one");
        var id = await node.PublishedAsync(tenant, key, "{{> sign}}");
        await node.EditAsync(tenant, key, "draft {{> sign}}");

        await ChangeAsync(tenant, "two");
        (await RunAsync(tenant)).ShouldHaveSingleItem().Version.ShouldBe(2);
        (await node.TextAsync(tenant, id, 2)).ShouldBe("two");
        var open = (await node.Queries.FindAsync(tenant, key, CancellationToken.None)).ShouldNotBeNull().Version;
        (open.Version, open.PublishedAt, open.Written).ShouldBe((3, null, TemplatesNode.Sms("draft {{> sign}}")));

        (await node.Store.FreezeAsync(tenant, key, 3, CancellationToken.None)).ShouldBeOfType<TemplateChange.Done>();
        await ChangeAsync(tenant, "three");
        (await RunAsync(tenant)).ShouldHaveSingleItem().Version.ShouldBe(4);
        (await node.TextAsync(tenant, id, 3)).ShouldBe("draft two");
        (await node.TextAsync(tenant, id, 4)).ShouldBe("three");
        (await node.PublishAsync(tenant, key)).ShouldBe(5);
        (await node.TextAsync(tenant, id, 5)).ShouldBe("draft three");
    }

    [Fact]
    public async Task What_the_change_does_not_touch_gets_no_new_version()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        await node.PublishedAsync(tenant, key, "{{> sign}}");
        (await node.Fragments.UpdateAsync(tenant, FragmentKind.Partial, "sign", new(null, """{"sms":{"en":{"text":"Acme"},"fr":{"text":"Acmé"}}}"""), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();

        (await RunAsync(tenant)).ShouldHaveSingleItem().Status.ShouldBe("unchanged");

        (await UsesAsync(tenant)).ShouldBe([(key, false)]);
        (await RunAsync(tenant)).ShouldBeEmpty();
        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(1);
    }

    [Fact]
    public async Task One_that_would_be_refused_stops_no_other_and_stays_as_it_is()
    {
        var (tenant, good, bad) = (await database.NewTenantAsync(), TemplatesNode.NewKey(), TemplatesNode.NewKey());
        (await node.Fragments.CreateAsync(tenant, FragmentKind.Partial, new("sign", "s", """{"email":{"en":{"html":"Acme"}}}"""), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
        foreach (var (key, html) in new[] { (good, "<p>{{> sign}}</p>"), (bad, "<style>{{> sign}}</style>") })
        {
            var contents = System.Text.Json.JsonSerializer.Serialize(new { email = new { en = new { subject = "s", html } } });
            (await node.Store.CreateAsync(tenant, new(key, key, null, contents), CancellationToken.None)).ShouldBeOfType<TemplateChange.Done>();
            await node.PublishAsync(tenant, key);
        }

        (await node.Fragments.UpdateAsync(tenant, FragmentKind.Partial, "sign", new(null, """{"email":{"en":{"html":"{{recipient.name}}"}}}"""), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
        var results = await RunAsync(tenant, [bad, good, "there-is-none"]);

        results.Select(result => result.Status).ShouldBe(["refused", "republished", "not_found"]);
        results[0].Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.UnsafePosition);
        (await node.PublishedVersionAsync(tenant, bad)).ShouldBe(1);
        (await UsesAsync(tenant)).ShouldBe([(good, false), (bad, true)], ignoreOrder: true);
    }

    private async Task<IReadOnlyList<Republished>> RunAsync(TenantId tenant, IReadOnlyList<string>? templates = null, string? note = null) =>
        (await node.Republisher.RunAsync(tenant, FragmentKind.Partial, "sign", templates, note, CancellationToken.None)).ShouldNotBeNull();

    private async Task<IReadOnlyList<(string, bool)>> UsesAsync(TenantId tenant) =>
        [.. (await node.Usage.ListAsync(tenant, FragmentKind.Partial, "sign", onlyOutdated: false, 0, 50, CancellationToken.None)).ShouldNotBeNull().Items.Select(use => (use.Template, use.IsOutdated))];

    private async Task PartialAsync(TenantId tenant, string key, string text) =>
        (await node.Fragments.CreateAsync(tenant, FragmentKind.Partial, new(key, key, TemplatesNode.Sms(text)), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();

    private async Task ChangeAsync(TenantId tenant, string text) =>
        (await node.Fragments.UpdateAsync(tenant, FragmentKind.Partial, "sign", new(null, TemplatesNode.Sms(text)), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
}
