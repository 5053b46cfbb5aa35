using NotificationService.Templates;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Templates;

public sealed class TemplateStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplateRoom room = new(database);

    [Fact]
    public async Task A_draft_is_edited_in_place_and_a_published_version_gets_a_draft_after_it()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var id = await room.CreateAsync(tenant, key, "one");

        (await room.EditAsync(tenant, key, "one, mended")).ShouldBe(1);
        (await room.PublishAsync(tenant, key)).ShouldBe(1);
        (await room.EditAsync(tenant, key, "two")).ShouldBe(2);
        (await room.EditAsync(tenant, id.ToString(), "two, mended")).ShouldBe(2);

        (await room.PublishedVersionAsync(tenant, key)).ShouldBe(1);
        (await room.TextAsync(tenant, id, 1)).ShouldBe("one, mended");
    }

    [Fact]
    public async Task People_who_edit_at_the_same_time_make_one_draft_between_them()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        await room.PublishedAsync(tenant, key, "one");

        var versions = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => room.EditAsync(tenant, key, $"two {i}"))));

        versions.ShouldAllBe(version => version == 2);
        (await database.ScalarAsync<long>("select count(*) from template_versions where tenant_id = $1", Parameter(tenant.Value))).ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_who_take_the_same_key_at_the_same_time_one_gets_it()
    {
        var tenant = await database.NewTenantAsync();
        var wanted = new NewTemplate(TemplateRoom.NewKey(), "n", null, TemplateRoom.Sms("x"));

        var changes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => room.Store.CreateAsync(tenant, wanted, CancellationToken.None))));

        changes.OfType<TemplateChange.Done>().Count().ShouldBe(1);
        changes.OfType<TemplateChange.KeyTaken>().Count().ShouldBe(7);
    }

    [Fact]
    public async Task Two_tenants_have_the_same_key_and_never_see_each_others_template()
    {
        var (ours, theirs) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        var key = TemplateRoom.NewKey();
        var ourId = await room.PublishedAsync(ours, key, "ours");
        var theirId = await room.PublishedAsync(theirs, key, "theirs");

        (await room.TextAsync(ours, ourId, 1)).ShouldBe("ours");
        (await room.TextAsync(theirs, theirId, 1)).ShouldBe("theirs");
        (await room.Queries.FindAsync(ours, theirId.ToString(), CancellationToken.None)).ShouldBeNull();
        (await room.Store.PublishAsync(ours, theirId.ToString(), null, CancellationToken.None)).ShouldBeOfType<TemplateChange.NotFound>();
        (await room.Store.ArchiveAsync(ours, theirId.ToString(), CancellationToken.None)).ShouldBeOfType<TemplateChange.NotFound>();
        await Should.ThrowAsync<InvalidOperationException>(async () => await room.Catalog.LoadAsync(ours, theirId, 1, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_published_cannot_be_changed_even_past_the_service()
    {
        var tenant = await database.NewTenantAsync();
        await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");

        var refused = await Should.ThrowAsync<PostgresException>(() =>
            database.ExecuteAsync("update template_versions set contents = '{}' where tenant_id = $1", Parameter(tenant.Value)));

        refused.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    [Fact]
    public async Task A_rollback_publishes_what_was_published_before_and_nothing_else()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        await room.PublishedAsync(tenant, key, "one");
        (await RollbackAsync(null)).ShouldBeOfType<TemplateChange.Conflict>();
        for (var version = 2; version <= 3; version++)
        {
            await room.EditAsync(tenant, key, $"{version}");
            await room.PublishAsync(tenant, key);
        }

        await room.EditAsync(tenant, key, "a draft, version 4");

        TemplateRoom.Done(await RollbackAsync(null)).Version.Version.ShouldBe(2);
        (await room.PublishedVersionAsync(tenant, key)).ShouldBe(2);
        TemplateRoom.Done(await RollbackAsync(3)).Version.Version.ShouldBe(3);
        (await RollbackAsync(4)).ShouldBeOfType<TemplateChange.Conflict>();
        (await RollbackAsync(99)).ShouldBeOfType<TemplateChange.Conflict>();
        (await room.PublishedVersionAsync(tenant, key)).ShouldBe(3);

        Task<TemplateChange> RollbackAsync(int? version) => room.Store.RollbackAsync(tenant, key, version, CancellationToken.None);
    }

    [Fact]
    public async Task Publishing_another_version_than_the_newest_is_a_conflict()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        await room.PublishedAsync(tenant, key, "one");
        await room.EditAsync(tenant, key, "two");

        (await room.Store.PublishAsync(tenant, key, 1, CancellationToken.None)).ShouldBeOfType<TemplateChange.Conflict>();
        TemplateRoom.Done(await room.Store.PublishAsync(tenant, key, 2, CancellationToken.None)).Template.PublishedVersion.ShouldBe(2);
        TemplateRoom.Done(await room.Store.PublishAsync(tenant, key, 2, CancellationToken.None)).Version.Version.ShouldBe(2);
    }

    [Fact]
    public async Task An_archived_template_frees_its_key_and_still_serves_what_is_pinned_to_it()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var old = await room.PublishedAsync(tenant, key, "old");

        TemplateRoom.Done(await room.Store.ArchiveAsync(tenant, key, CancellationToken.None));

        (await room.PublishedVersionAsync(tenant, key)).ShouldBeNull();
        (await room.Queries.FindAsync(tenant, key, CancellationToken.None)).ShouldBeNull();
        var made = await room.PublishedAsync(tenant, key, "new");
        (await room.TextAsync(tenant, old, 1)).ShouldBe("old");
        (await room.TextAsync(tenant, made, 1)).ShouldBe("new");
    }

    [Fact]
    public async Task A_template_that_is_refused_leaves_nothing_behind()
    {
        var tenant = await database.NewTenantAsync();

        var change = await room.Store.CreateAsync(tenant, new(TemplateRoom.NewKey(), "n", null, TemplateRoom.Sms("{{#if}}")), CancellationToken.None);

        change.ShouldBeOfType<TemplateChange.Refused>().Issues.ShouldHaveSingleItem().Pointer.ShouldBe("/contents/sms/en/text");
        (await database.ScalarAsync<long>("select count(*) from templates where tenant_id = $1", Parameter(tenant.Value))).ShouldBe(0);
    }

    [Fact]
    public async Task Lists_are_paged_by_key_and_found_by_text_and_category()
    {
        var tenant = await database.NewTenantAsync();
        foreach (var key in new[] { "c", "a", "b-percent", "b" })
            await room.CreateAsync(tenant, key, "x");

        var (page, total) = await room.Queries.ListAsync(tenant, null, null, offset: 1, limit: 2, CancellationToken.None);
        page.Select(template => template.Key).ShouldBe(["b", "b-percent"]);
        total.Count.ShouldBe(4);
        (await room.Queries.ListAsync(tenant, "percent", "tests", 0, 50, CancellationToken.None)).Total.Count.ShouldBe(1);
        (await room.Queries.ListAsync(tenant, "%", null, 0, 50, CancellationToken.None)).Total.Count.ShouldBe(0);
        (await room.Queries.ListAsync(tenant, null, "other", 0, 50, CancellationToken.None)).Total.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_seed_makes_what_is_missing_once_and_leaves_alone_what_somebody_edited()
    {
        var tenant = await database.NewTenantAsync();

        (await room.Seed.RunAsync(tenant, CancellationToken.None)).ShouldBe(["order-shipped", "otp", "ticket-updated", "welcome"]);
        await room.EditAsync(tenant, "otp", "edited");
        await room.PublishAsync(tenant, "otp");
        (await room.Seed.RunAsync(tenant, CancellationToken.None)).ShouldBeEmpty();

        (await room.PublishedVersionAsync(tenant, "otp")).ShouldBe(2);
        (await room.PublishedVersionAsync(tenant, "welcome")).ShouldBe(1);
    }

    private static NpgsqlParameter Parameter(Guid value) => new() { Value = value };
}
