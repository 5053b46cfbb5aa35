using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Templates;

/// <summary>Layouts and partials in the versions of templates: what is published stays as it was, what is a draft follows.</summary>
public sealed class FragmentsInTemplatesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplatesNode node = new(database);

    [Fact]
    public async Task A_published_version_keeps_the_partial_as_it_was_and_the_next_takes_it_as_it_is()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        var id = await node.PublishedAsync(tenant, key, "Hello {{> sign}}");

        await ChangeAsync(tenant, "sign", "Acme Ltd");

        (await node.TextAsync(tenant, id, 1)).ShouldBe("Hello Acme");
        (await node.EditAsync(tenant, key, "Bye {{> sign}}")).ShouldBe(2);
        (await node.PublishAsync(tenant, key)).ShouldBe(2);
        (await node.TextAsync(tenant, id, 2)).ShouldBe("Bye Acme Ltd");
    }

    [Fact]
    public async Task A_draft_is_published_with_its_partials_as_they_are_then()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        var id = await node.CreateAsync(tenant, key, "Hello {{> sign}}");
        await ChangeAsync(tenant, "sign", "Acme Ltd");

        var open = (await node.Queries.FindAsync(tenant, key, CancellationToken.None)).ShouldNotBeNull().Version;
        (await node.Store.ResolveAsync(tenant, open, CancellationToken.None)).Version.ShouldNotBeNull().Contents.ShouldContain("Hello Acme Ltd");
        await node.PublishAsync(tenant, key);

        (await node.TextAsync(tenant, id, 1)).ShouldBe("Hello Acme Ltd");
        var written = (await node.Queries.FindAsync(tenant, key, CancellationToken.None)).ShouldNotBeNull().Version;
        written.Written.ShouldBe(TemplatesNode.Sms("Hello {{> sign}}"));
    }

    [Fact]
    public async Task What_no_longer_fits_is_refused_when_it_is_published_and_nothing_is()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        await node.CreateAsync(tenant, key, "Hello {{> sign}}");
        (await node.Fragments.RemoveAsync(tenant, FragmentKind.Partial, "sign", CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();

        var refused = (await node.Store.PublishAsync(tenant, key, null, CancellationToken.None)).ShouldBeOfType<TemplateChange.Refused>();

        refused.Issues.ShouldHaveSingleItem().Code.ShouldBe(FragmentCodes.Unknown);
        (await node.PublishedVersionAsync(tenant, key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_layout_is_set_kept_and_taken_away()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        (await node.Fragments.CreateAsync(tenant, FragmentKind.Layout, new("card", "Card", """{"sms":{"en":{"text":"[{{> @content}}]"}}}"""), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
        var id = TemplatesNode.Done(await node.Store.CreateAsync(tenant, new(key, "Test", null, TemplatesNode.Sms("one")) { Layout = "card" }, CancellationToken.None)).Template.Id;
        await node.PublishAsync(tenant, key);
        (await node.TextAsync(tenant, id, 1)).ShouldBe("[one]");

        await node.EditAsync(tenant, key, "two");
        await node.PublishAsync(tenant, key);
        (await node.TextAsync(tenant, id, 2)).ShouldBe("[two]");

        TemplatesNode.Done(await node.Store.UpdateAsync(tenant, key, new(null, null, null, null) { ClearsLayout = true }, CancellationToken.None)).Version.Layout.ShouldBeNull();
        await node.PublishAsync(tenant, key);
        (await node.TextAsync(tenant, id, 3)).ShouldBe("two");
    }

    [Fact]
    public async Task Two_tenants_have_partials_of_the_same_key_and_never_get_each_others()
    {
        var (ours, theirs, key) = (await database.NewTenantAsync(), await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(ours, "sign", "ours");
        await PartialAsync(theirs, "sign", "theirs");

        (await node.TextAsync(ours, await node.PublishedAsync(ours, key, "{{> sign}}"), 1)).ShouldBe("ours");
        (await node.TextAsync(theirs, await node.PublishedAsync(theirs, key, "{{> sign}}"), 1)).ShouldBe("theirs");
        var nobody = await database.NewTenantAsync();
        (await node.Store.CreateAsync(nobody, new(key, "n", null, TemplatesNode.Sms("{{> sign}}")), CancellationToken.None)).ShouldBeOfType<TemplateChange.Refused>();
    }

    [Fact]
    public async Task What_a_template_is_made_of_is_bounded_in_number_and_in_size_before_it_is_read()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        var names = Enumerable.Range(0, FragmentLimits.OfVersion + 1).Select(i => $"p{i}").ToList();
        foreach (var name in names)
            await PartialAsync(tenant, name, "x");
        string All(int count) => TemplatesNode.Sms(string.Concat(names.Take(count).Select(name => $"{{{{> {name}}}}}")));

        (await node.Store.CreateAsync(tenant, new(key, "n", null, All(FragmentLimits.OfVersion)), CancellationToken.None)).ShouldBeOfType<TemplateChange.Done>();
        var tooMany = (await node.Store.UpdateAsync(tenant, key, new(null, null, null, All(FragmentLimits.OfVersion + 1)), CancellationToken.None)).ShouldBeOfType<TemplateChange.Refused>();
        tooMany.Issues.ShouldHaveSingleItem().Code.ShouldBe(TemplateCodes.TooComplex);

        // Ten texts that nobody would see, beside the one that is named.
        var locales = string.Join(',', Enumerable.Range(0, 9).Select(i => $"\"a{(char)('a' + i)}\":{{\"text\":\"{new string('x', 14_000)}\"}}"));
        foreach (var name in names.Take(5))
            (await node.Fragments.UpdateAsync(tenant, FragmentKind.Partial, name, new(null, $"{{\"sms\":{{\"en\":{{\"text\":\"x\"}},{locales}}}}}"), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
        var tooLong = (await node.Store.UpdateAsync(tenant, key, new(null, null, null, All(5)), CancellationToken.None)).ShouldBeOfType<TemplateChange.Refused>();
        tooLong.Issues.ShouldHaveSingleItem().Message.ShouldContain($"{FragmentLimits.CharactersOfVersion}");
    }

    [Fact]
    public async Task Every_change_has_its_entry_in_the_audit_log()
    {
        var (tenant, key) = (await database.NewTenantAsync(), TemplatesNode.NewKey());
        await PartialAsync(tenant, "sign", "Acme");
        await ChangeAsync(tenant, "sign", "Acme Ltd");
        await node.PublishedAsync(tenant, key, "{{> sign}}");
        (await node.Fragments.RemoveAsync(tenant, FragmentKind.Partial, "sign", CancellationToken.None)).ShouldBeOfType<FragmentChange.Conflict>().Code.ShouldBe("in_use");
        await node.EditAsync(tenant, key, "none");
        await node.PublishAsync(tenant, key);
        await node.Fragments.RemoveAsync(tenant, FragmentKind.Partial, "sign", CancellationToken.None);

        var entries = await database.QueryAsync<string>($"select action || ' ' || target from audit_log where tenant_id = '{tenant}' and action ~ '^(template|partial)'");
        entries.ShouldBe(["partial.created partial/sign", "partial.changed partial/sign", $"template.created template/{key}", $"template.published template/{key}", $"template.changed template/{key}", $"template.published template/{key}", "partial.removed partial/sign"], ignoreOrder: true);
    }

    private async Task PartialAsync(TenantId tenant, string key, string text) =>
        (await node.Fragments.CreateAsync(tenant, FragmentKind.Partial, new(key, key, TemplatesNode.Sms(text)), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();

    private async Task ChangeAsync(TenantId tenant, string key, string text) =>
        (await node.Fragments.UpdateAsync(tenant, FragmentKind.Partial, key, new(null, TemplatesNode.Sms(text)), CancellationToken.None)).ShouldBeOfType<FragmentChange.Done>();
}
