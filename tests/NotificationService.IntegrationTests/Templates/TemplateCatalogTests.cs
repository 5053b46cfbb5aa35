using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Templates;

public sealed class TemplateCatalogTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplateRoom room = new(database);

    [Fact]
    public async Task A_published_template_is_found_by_its_key_with_what_a_send_needs()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var id = await room.PublishedAsync(tenant, key, "one");

        var found = (await room.Catalog.FindPublishedAsync(tenant, key, CancellationToken.None)).ShouldNotBeNull();

        (found.Id, found.Key, found.Version, found.Category).ShouldBe((id, key, 1, "tests"));
        found.Channels.ShouldBe([ChannelKind.Sms]);
    }

    [Theory]
    [InlineData("no-such-template")]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    public async Task What_was_never_published_is_not_found(string key) =>
        (await room.PublishedVersionAsync(await database.NewTenantAsync(), key)).ShouldBeNull();

    [Fact]
    public async Task A_first_publication_is_known_on_every_node_at_once_also_where_it_was_asked_for_before()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var other = new TemplateRoom(database);
        (await room.PublishedVersionAsync(tenant, key)).ShouldBeNull();
        (await other.PublishedVersionAsync(tenant, key)).ShouldBeNull();

        await room.PublishedAsync(tenant, key, "one");

        (await room.PublishedVersionAsync(tenant, key)).ShouldBe(1);
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(1);
    }

    [Fact]
    public async Task A_new_version_is_known_at_once_where_it_was_published_and_within_two_seconds_elsewhere()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var other = new TemplateRoom(database);
        await room.PublishedAsync(tenant, key, "one");
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(1);

        await room.EditAsync(tenant, key, "two");
        await room.PublishAsync(tenant, key);

        (await room.PublishedVersionAsync(tenant, key)).ShouldBe(2);
        other.Time.Advance(TimeSpan.FromSeconds(2));
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_asks_after_a_publication_is_not_told_what_an_earlier_question_found()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var other = new TemplateRoom(database);
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await other.PublishedVersionAsync(tenant, key);
        })).ToArray();

        await room.PublishedAsync(tenant, key, "one");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => other.PublishedVersionAsync(tenant, key)));
        await stop.CancelAsync();
        await Task.WhenAll(asking);

        answers.ShouldAllBe(version => version == 1);
    }

    [Fact]
    public async Task Keys_that_do_not_exist_leave_nothing_in_memory()
    {
        var tenant = await database.NewTenantAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
            await room.PublishedVersionAsync(tenant, $"missing-{number}"));

        room.Catalog.KnownKeys.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_accepted_with_a_version_is_rendered_with_it_while_new_ones_are_published()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var id = await room.PublishedAsync(tenant, key, "version 1");
        var publishing = Task.Run(async () =>
        {
            for (var version = 2; version <= 8; version++)
            {
                await room.EditAsync(tenant, key, $"version {version}");
                await room.PublishAsync(tenant, key);
            }
        });

        var rendered = 0;
        while (!publishing.IsCompleted || rendered == 0)
        {
            var now = (await room.PublishedVersionAsync(tenant, key)).ShouldNotBeNull();
            (await room.TextAsync(tenant, id, now)).ShouldBe($"version {now}");
            (await room.TextAsync(tenant, id, 1)).ShouldBe("version 1");
            rendered++;
        }

        await publishing;
        (await new TemplateRoom(database).TextAsync(tenant, id, 1)).ShouldBe("version 1");
    }

    [Fact]
    public async Task Many_who_miss_the_same_version_get_one_and_the_same()
    {
        var tenant = await database.NewTenantAsync();
        var id = await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");

        var loaded = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await room.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None))));

        loaded.Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_draft_or_a_missing_version_is_not_loaded_and_the_failure_is_not_kept()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplateRoom.NewKey();
        var id = await room.CreateAsync(tenant, key, "one");
        await Should.ThrowAsync<InvalidOperationException>(async () => await room.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None));
        await Should.ThrowAsync<InvalidOperationException>(async () => await room.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None));

        await room.PublishAsync(tenant, key);

        (await room.TextAsync(tenant, id, 1)).ShouldBe("one");
    }

    [Fact]
    public async Task One_caller_who_gives_up_does_not_spoil_it_for_the_others()
    {
        var tenant = await database.NewTenantAsync();
        var id = await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");
        using var gaveUp = new CancellationTokenSource();
        await gaveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await room.Catalog.LoadAsync(tenant, id, 1, gaveUp.Token));

        (await room.TextAsync(tenant, id, 1)).ShouldBe("one");
    }

    [Fact]
    public async Task Only_so_many_versions_are_kept_and_those_used_last()
    {
        var tenant = await database.NewTenantAsync();
        var id = await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");
        await database.ExecuteAsync(
            """
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            select $1, $2, version, '{"sms":{"en":{"text":"x"}}}', array[2::smallint], now(), now() from generate_series(2, 2100) version
            """,
            new Npgsql.NpgsqlParameter { Value = tenant.Value },
            new Npgsql.NpgsqlParameter { Value = id });
        var first = await room.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None);
        var second = await room.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None);

        // The first is asked for now and then, the second never again.
        await Parallel.ForEachAsync(Enumerable.Range(3, 2_098), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (version, cancel) =>
        {
            await room.Catalog.LoadAsync(tenant, id, version, cancel);
            await room.Catalog.LoadAsync(tenant, id, 1, cancel);
        });

        (await room.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None)).ShouldBeSameAs(first);
        (await room.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None)).ShouldNotBeSameAs(second);
    }

    [Fact]
    public async Task Compiled_versions_are_bounded_by_what_their_trees_weigh()
    {
        var tenant = await database.NewTenantAsync();
        var id = await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");
        // Little text and many tags: by their source, all of them together would be half a mebibyte.
        await database.ExecuteAsync(
            """
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            select $1, $2, version, json_build_object('sms', json_build_object('en', json_build_object('text', repeat('{{a}}', 1000)))), array[2::smallint], now(), now()
            from generate_series(2, 100) version
            """,
            new Npgsql.NpgsqlParameter { Value = tenant.Value },
            new Npgsql.NpgsqlParameter { Value = id });

        for (var version = 2; version <= 100; version++)
        {
            var loaded = await room.Catalog.LoadAsync(tenant, id, version, CancellationToken.None);
            loaded.Weight.ShouldBeGreaterThan(1024 * 1024);
            room.Catalog.CompiledWeight.ShouldBeLessThanOrEqualTo(TemplateCatalog.MostCompiled);
        }
    }

    [Fact]
    public async Task A_stored_version_that_this_release_refuses_says_so_and_is_not_kept()
    {
        var tenant = await database.NewTenantAsync();
        var id = await room.PublishedAsync(tenant, TemplateRoom.NewKey(), "one");
        await database.ExecuteAsync(
            """
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            values ($1, $2, 2, '{"email":{"en":{"subject":"s","html":"<p style=''{{v}}''>x</p>"}}}', array[1::smallint], now(), now())
            """,
            new Npgsql.NpgsqlParameter { Value = tenant.Value },
            new Npgsql.NpgsqlParameter { Value = id });

        for (var i = 0; i < 2; i++)
        {
            var refused = await Should.ThrowAsync<TemplateUnreadableException>(async () => await room.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None));
            refused.Message.ShouldStartWith("version 2 of the template cannot be rendered by this release (/contents/email/en/html: 1:11: a value cannot stand inside a style attribute");
        }
    }
}
