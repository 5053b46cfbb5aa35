using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Templates;

public sealed class TemplateCatalogTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TemplatesNode node = new(database);

    [Fact]
    public async Task A_published_template_is_found_by_its_key_with_what_a_send_needs()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var id = await node.PublishedAsync(tenant, key, "one");

        var found = (await node.Catalog.FindPublishedAsync(tenant, key, CancellationToken.None)).ShouldNotBeNull();

        (found.Id, found.Key, found.Version, found.Category).ShouldBe((id, key, 1, "tests"));
        found.Channels.ShouldBe([ChannelKind.Sms]);
    }

    [Theory]
    [InlineData("no-such-template")]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    public async Task What_was_never_published_is_not_found(string key) =>
        (await node.PublishedVersionAsync(await database.NewTenantAsync(), key)).ShouldBeNull();

    [Fact]
    public async Task A_first_publication_is_known_on_every_node_at_once_also_where_it_was_asked_for_before()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var other = new TemplatesNode(database);
        (await node.PublishedVersionAsync(tenant, key)).ShouldBeNull();
        (await other.PublishedVersionAsync(tenant, key)).ShouldBeNull();

        await node.PublishedAsync(tenant, key, "one");

        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(1);
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(1);
    }

    [Fact]
    public async Task A_new_version_is_known_at_once_where_it_was_published_and_within_two_seconds_elsewhere()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var other = new TemplatesNode(database);
        await node.PublishedAsync(tenant, key, "one");
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(1);

        await node.EditAsync(tenant, key, "two");
        await node.PublishAsync(tenant, key);

        (await node.PublishedVersionAsync(tenant, key)).ShouldBe(2);
        other.Time.Advance(TimeSpan.FromSeconds(2));
        (await other.PublishedVersionAsync(tenant, key)).ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_asks_after_a_publication_does_not_get_what_an_earlier_question_found()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var other = new TemplatesNode(database);
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await other.PublishedVersionAsync(tenant, key);
        })).ToArray();

        await node.PublishedAsync(tenant, key, "one");
        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => other.PublishedVersionAsync(tenant, key)));
        await stop.CancelAsync();
        await Task.WhenAll(asking);

        responses.ShouldAllBe(version => version == 1);
    }

    [Fact]
    public async Task Keys_that_do_not_exist_leave_nothing_in_memory()
    {
        var tenant = await database.NewTenantAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
            await node.PublishedVersionAsync(tenant, $"missing-{number}"));

        node.Catalog.KnownKeys.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_accepted_with_a_version_is_rendered_with_it_while_new_ones_are_published()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var id = await node.PublishedAsync(tenant, key, "version 1");
        var publishing = Task.Run(async () =>
        {
            for (var version = 2; version <= 8; version++)
            {
                await node.EditAsync(tenant, key, $"version {version}");
                await node.PublishAsync(tenant, key);
            }
        });

        var rendered = 0;
        while (!publishing.IsCompleted || rendered == 0)
        {
            var now = (await node.PublishedVersionAsync(tenant, key)).ShouldNotBeNull();
            (await node.TextAsync(tenant, id, now)).ShouldBe($"version {now}");
            (await node.TextAsync(tenant, id, 1)).ShouldBe("version 1");
            rendered++;
        }

        await publishing;
        (await new TemplatesNode(database).TextAsync(tenant, id, 1)).ShouldBe("version 1");
    }

    [Fact]
    public async Task Many_who_miss_the_same_version_get_one_and_the_same()
    {
        var tenant = await database.NewTenantAsync();
        var id = await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");

        var loaded = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await node.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None))));

        loaded.Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_draft_or_a_missing_version_is_not_loaded_and_the_failure_is_not_kept()
    {
        var tenant = await database.NewTenantAsync();
        var key = TemplatesNode.NewKey();
        var id = await node.CreateAsync(tenant, key, "one");
        await Should.ThrowAsync<InvalidOperationException>(async () => await node.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None));
        await Should.ThrowAsync<InvalidOperationException>(async () => await node.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None));

        await node.PublishAsync(tenant, key);

        (await node.TextAsync(tenant, id, 1)).ShouldBe("one");
    }

    [Fact]
    public async Task One_caller_who_gives_up_does_not_spoil_it_for_the_others()
    {
        var tenant = await database.NewTenantAsync();
        var id = await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");
        using var gaveUp = new CancellationTokenSource();
        await gaveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await node.Catalog.LoadAsync(tenant, id, 1, gaveUp.Token));

        (await node.TextAsync(tenant, id, 1)).ShouldBe("one");
    }

    [Fact]
    public async Task Only_so_many_versions_are_kept_and_those_used_last()
    {
        var tenant = await database.NewTenantAsync();
        var id = await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");
        await database.ExecuteAsync(
            """
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            select $1, $2, version, '{"sms":{"en":{"text":"x"}}}', array[2::smallint], now(), now() from generate_series(2, 2100) version
            """,
            new Npgsql.NpgsqlParameter { Value = tenant.Value },
            new Npgsql.NpgsqlParameter { Value = id });
        var first = await node.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None);
        var second = await node.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None);

        // The first is asked for now and then, the second never again.
        await Parallel.ForEachAsync(Enumerable.Range(3, 2_098), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (version, cancel) =>
        {
            await node.Catalog.LoadAsync(tenant, id, version, cancel);
            await node.Catalog.LoadAsync(tenant, id, 1, cancel);
        });

        (await node.Catalog.LoadAsync(tenant, id, 1, CancellationToken.None)).ShouldBeSameAs(first);
        (await node.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None)).ShouldNotBeSameAs(second);
    }

    [Fact]
    public async Task Compiled_versions_are_bounded_by_what_their_trees_weigh()
    {
        var tenant = await database.NewTenantAsync();
        var id = await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");
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
            var loaded = await node.Catalog.LoadAsync(tenant, id, version, CancellationToken.None);
            loaded.Weight.ShouldBeGreaterThan(1024 * 1024);
            node.Catalog.CompiledWeight.ShouldBeLessThanOrEqualTo(TemplateCatalog.MaxCompiled);
        }
    }

    [Fact]
    public async Task A_stored_version_that_this_release_refuses_says_so_and_is_not_kept()
    {
        var tenant = await database.NewTenantAsync();
        var id = await node.PublishedAsync(tenant, TemplatesNode.NewKey(), "one");
        await database.ExecuteAsync(
            """
            insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
            values ($1, $2, 2, '{"email":{"en":{"subject":"s","html":"<p style=''{{v}}''>x</p>"}}}', array[1::smallint], now(), now())
            """,
            new Npgsql.NpgsqlParameter { Value = tenant.Value },
            new Npgsql.NpgsqlParameter { Value = id });

        for (var i = 0; i < 2; i++)
        {
            var refused = await Should.ThrowAsync<TemplateUnreadableException>(async () => await node.Catalog.LoadAsync(tenant, id, 2, CancellationToken.None));
            refused.Message.ShouldStartWith("version 2 of the template cannot be rendered by this release (/contents/email/en/html: 1:11: a value cannot stand inside a style attribute");
        }
    }
}
