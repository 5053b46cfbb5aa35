using NotificationService.Templates;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Templates;

public sealed class TemplateStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplatesNode node = new(database);

    [Fact]
    public async Task A_draft_is_edited_in_place_and_a_published_version_gets_a_draft_after_it()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var id = await node.CreateAsync(tenant, key, "one");

        (await node.EditAsync(tenant, key, "one, mended")).ShouldBe(1);
        (await node.PublishAsync(tenant, key)).ShouldBe(1);
        (await node.EditAsync(tenant, key, "two")).ShouldBe(2);
        (await node.EditAsync(tenant, id.ToString(), "two, mended")).ShouldBe(2);

        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(1);
        (await node.TextAsync(tenant, id, 1)).ShouldBe("one, mended");
    }

    [Fact]
    public async Task People_who_edit_at_the_same_time_make_one_draft_between_them()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        await node.PublishedAsync(tenant, key, "one");

        var versions = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => node.EditAsync(tenant, key, $"two {i}"))));

        versions.ShouldAllBe(version => version == 2);
        (await database.ScalarAsync<long>("select count(*) from template_versions where tenant_id = $1", Parameter(tenant.Value))).ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_who_take_the_same_key_at_the_same_time_one_gets_it()
    {
        var tenant = await database.NewTenantAsync();
        var wanted = new NewTemplate(TemplatesNode.NewKey(), "n", null, TemplatesNode.Sms("x"));

        var changes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => node.Store.CreateAsync(tenant, wanted, CancellationToken.None))));

        changes.OfType<TemplateChange.Done>().Count().ShouldBe(1);
        changes.OfType<TemplateChange.KeyTaken>().Count().ShouldBe(7);
    }

    [Fact]
    public async Task Two_tenants_have_the_same_key_and_never_see_each_others_template()
    {
        var (ours, theirs) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var key = TemplatesNode.NewKey();
        var ourId = await node.PublishedAsync(ours, key, "ours");
        var theirId = await node.PublishedAsync(theirs, key, "theirs");

        (await node.TextAsync(ours, ourId, 1)).ShouldBe("ours");
        (await node.TextAsync(theirs, theirId, 1)).ShouldBe("theirs");
        (await node.Queries.FindAsync(ours, theirId.ToString(), CancellationToken.None)).ShouldBeNull();
        (await node.Store.PublishAsync(ours, theirId.ToString(), null, CancellationToken.None)).ShouldBeOfType<TemplateChange.NotFound>();
        (await node.Store.ArchiveAsync(ours, theirId.ToString(), CancellationToken.None)).ShouldBeOfType<TemplateChange.NotFound>();
        await Should.ThrowAsync<InvalidOperationException>(async () => await node.Catalog.LoadAsync(ours, theirId, 1, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_published_cannot_be_changed_even_past_the_service()
    {
        var tenant = await database.NewTenantAsync();
        await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");

        var refused = await Should.ThrowAsync<PostgresException>(() =>
            database.ExecuteAsync("update template_versions set contents = '{}' where tenant_id = $1", Parameter(tenant.Value)));

        refused.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    [Fact]
    public async Task A_rollback_publishes_what_was_published_before_and_nothing_else()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        await node.PublishedAsync(tenant, key, "one");
        (await RollbackAsync(null)).ShouldBeOfType<TemplateChange.Conflict>();
        for (var version = 2; version <= 3; version++)
        {
            await node.EditAsync(tenant, key, $"{version}");
            await node.PublishAsync(tenant, key);
        }

        await node.EditAsync(tenant, key, "a draft, version 4");

        TemplatesNode.Done(await RollbackAsync(null)).Version.Version.ShouldBe(2);
        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(2);
        TemplatesNode.Done(await RollbackAsync(3)).Version.Version.ShouldBe(3);
        (await RollbackAsync(4)).ShouldBeOfType<TemplateChange.Conflict>();
        (await RollbackAsync(99)).ShouldBeOfType<TemplateChange.Conflict>();
        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(3);

        Task<TemplateChange> RollbackAsync(int? version) => node.Store.RollbackAsync(tenant, key, version, CancellationToken.None);
    }

    [Fact]
    public async Task Publishing_another_version_than_the_newest_is_a_conflict()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        await node.PublishedAsync(tenant, key, "one");
        await node.EditAsync(tenant, key, "two");

        (await node.Store.PublishAsync(tenant, key, 1, CancellationToken.None)).ShouldBeOfType<TemplateChange.Conflict>();
        TemplatesNode.Done(await node.Store.PublishAsync(tenant, key, 2, CancellationToken.None)).Template.PublishedVersion.ShouldBe(2);
        TemplatesNode.Done(await node.Store.PublishAsync(tenant, key, 2, CancellationToken.None)).Version.Version.ShouldBe(2);
    }

    [Fact]
    public async Task An_archived_template_frees_its_key_and_still_serves_what_is_pinned_to_it()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var old = await node.PublishedAsync(tenant, key, "old");

        TemplatesNode.Done(await node.Store.ArchiveAsync(tenant, key, CancellationToken.None));

        (await node.PublishedVersionAsync(tenant, key)).ShouldBeNull();
        (await node.Queries.FindAsync(tenant, key, CancellationToken.None)).ShouldBeNull();
        var made = await node.PublishedAsync(tenant, key, "new");
        (await node.TextAsync(tenant, old, 1)).ShouldBe("old");
        (await node.TextAsync(tenant, made, 1)).ShouldBe("new");
    }

    [Fact]
    public async Task A_template_that_is_refused_leaves_nothing_behind()
    {
        var tenant = await database.NewTenantAsync();

        var change = await node.Store.CreateAsync(tenant, new(TemplatesNode.NewKey(), "n", null, TemplatesNode.Sms("{{#if}}")), CancellationToken.None);

        change.ShouldBeOfType<TemplateChange.Refused>().Issues.ShouldHaveSingleItem().Pointer.ShouldBe("/contents/sms/en/text");
        (await database.ScalarAsync<long>("select count(*) from templates where tenant_id = $1", Parameter(tenant.Value))).ShouldBe(0);
    }

    [Fact]
    public async Task Lists_are_paged_by_key_and_found_by_text_and_category()
    {
        var tenant = await database.NewTenantAsync();
        foreach (var key in new[] { "c", "a", "b-percent", "b" })
            await node.CreateAsync(tenant, key, "x");

        var (page, total) = await node.Queries.ListAsync(tenant, null, null, offset: 1, limit: 2, CancellationToken.None);
        page.Select(template => template.Key).ShouldBe(["b", "b-percent"]);
        total.Count.ShouldBe(4);
        (await node.Queries.ListAsync(tenant, "percent", "tests", 0, 50, CancellationToken.None)).Total.Count.ShouldBe(1);
        (await node.Queries.ListAsync(tenant, "%", null, 0, 50, CancellationToken.None)).Total.Count.ShouldBe(0);
        (await node.Queries.ListAsync(tenant, null, "other", 0, 50, CancellationToken.None)).Total.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_seed_makes_what_is_missing_once_and_leaves_alone_what_somebody_edited()
    {
        var tenant = await database.NewTenantAsync();

        (await node.Seed.RunAsync(tenant, CancellationToken.None)).ShouldBe(["order-shipped", "otp", "ticket-updated", "welcome"]);
        await node.EditAsync(tenant, "otp", "edited");
        await node.PublishAsync(tenant, "otp");
        (await node.Seed.RunAsync(tenant, CancellationToken.None)).ShouldBeEmpty();

        (await node.PublishedVersionAsync(tenant, "otp")).ShouldBe(2);
        (await node.PublishedVersionAsync(tenant, "welcome")).ShouldBe(1);
    }

    private static NpgsqlParameter Parameter(Guid value) => new() { Value = value };
}
