using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Channels;

public sealed class ProviderDirectoryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task The_node_that_made_a_change_sees_it_at_once()
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());
        (await node.NamesAsync(tenant)).ShouldBeEmpty();

        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid());
        (await node.NamesAsync(tenant)).ShouldBe(["SendGrid"]);
        await node.UpdateAsync(row, new ProviderChange { Name = "Renamed" });
        (await node.NamesAsync(tenant)).ShouldBe(["Renamed"]);
        await node.UpdateAsync(row, new ProviderChange { Enabled = false });
        (await node.NamesAsync(tenant)).ShouldBeEmpty();
        await node.UpdateAsync(row, new ProviderChange { Enabled = true });
        (await node.Editor.DeleteAsync(ChannelsNode.Admin(tenant), row.Id, CancellationToken.None)).ShouldBeTrue();
        (await node.NamesAsync(tenant)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_node_sees_it_within_two_seconds_and_asks_nobody_within_one()
    {
        var (tenant, node, other) = (await database.NewTenantAsync(), Node(), Node());
        (await other.NamesAsync(tenant)).ShouldBeEmpty();
        await node.CreateAsync(tenant, ChannelsNode.SendGrid());

        time.Advance(TimeSpan.FromMilliseconds(900));
        (await other.NamesAsync(tenant)).ShouldBeEmpty();
        time.Advance(TimeSpan.FromMilliseconds(1100));

        (await other.NamesAsync(tenant)).ShouldBe(["SendGrid"]);
    }

    [Fact]
    public async Task Between_one_and_two_seconds_nobody_waits_while_it_looks_again()
    {
        var (tenant, node, other) = (await database.NewTenantAsync(), Node(), Node());
        await other.NamesAsync(tenant);
        await node.CreateAsync(tenant, ChannelsNode.SendGrid());
        time.Advance(TimeSpan.FromMilliseconds(1500));

        var answered = other.Directory.ForAsync(tenant, ChannelKind.Email, live: true, CancellationToken.None);

        answered.IsCompletedSuccessfully.ShouldBeTrue();
        (await answered).ShouldBeEmpty();
        await Eventually.TrueAsync(async () => (await other.NamesAsync(tenant)).Count == 1, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Many_tenants_are_read_at_once_and_each_has_its_own()
    {
        var (node, other) = (Node(), Node());
        var tenants = new List<TenantId>();
        for (var i = 0; i < 5; i++)
        {
            tenants.Add(await database.NewTenantAsync());
            if (i != 3)
                await node.CreateAsync(tenants[i], ChannelsNode.SendGrid($"SendGrid {i}", apiKey: $"SG.of-tenant-{i}"));
        }

        await other.Directory.RefreshAsync([.. tenants.Select(tenant => (tenant, ChannelKind.Email)), (tenants[0], ChannelKind.InApp)], CancellationToken.None);

        // What is in memory is answered at once.
        for (var i = 0; i < tenants.Count; i++)
        {
            var found = other.Directory.ForAsync(tenants[i], ChannelKind.Email, live: true, CancellationToken.None);
            found.IsCompletedSuccessfully.ShouldBeTrue();
            (await found).Select(provider => provider.Name).ShouldBe(i == 3 ? [] : [$"SendGrid {i}"]);
        }

        var builtIn = other.Directory.ForAsync(tenants[0], ChannelKind.InApp, live: true, CancellationToken.None);
        builtIn.IsCompletedSuccessfully.ShouldBeTrue();
        (await builtIn).ShouldHaveSingleItem().Type.ShouldBe("in_app");
        // One by one it is the same instance: nothing of its health or connections is lost.
        var before = await OneAsync(other, tenants[0]);
        time.Advance(TimeSpan.FromSeconds(5));
        (await OneAsync(other, tenants[0])).ShouldBeSameAs(before);
    }

    [Fact]
    public async Task What_cannot_be_read_of_one_tenant_keeps_nothing_from_the_others()
    {
        var (node, other) = (Node(), Node());
        var (ill, well) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        foreach (var tenant in (TenantId[])[ill, well])
            await node.CreateAsync(tenant, ChannelsNode.SendGrid());
        await database.ExecuteAsync($"update providers set channel = 1, settings = '[1]', revision = revision + 1 where tenant_id = '{ill}'");

        await other.Directory.RefreshAsync([(ill, ChannelKind.Email), (well, ChannelKind.Email)], CancellationToken.None);

        (await other.NamesAsync(well)).ShouldBe(["SendGrid"]);
    }

    [Fact]
    public async Task An_instance_lives_as_long_as_its_configuration()
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid());
        var before = await OneAsync(node, tenant);
        time.Advance(TimeSpan.FromSeconds(5));
        (await OneAsync(node, tenant)).ShouldBeSameAs(before);

        await node.UpdateAsync(row, new ProviderChange { Credentials = new Dictionary<string, string?> { ["apiKey"] = "SG.another" } });

        (await OneAsync(node, tenant)).ShouldNotBeSameAs(before);
    }

    [Fact]
    public async Task A_test_account_only_ever_reaches_the_sandbox_even_if_there_is_none()
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());
        foreach (var channel in ChannelKinds.All)
            (await node.Directory.ForAsync(tenant, channel, live: false, CancellationToken.None)).ShouldHaveSingleItem().Type.ShouldBe("sandbox");

        await node.CreateAsync(tenant, ChannelsNode.SendGrid(priority: 1));
        await node.CreateAsync(tenant, ChannelsNode.Sandbox(priority: 500));

        (await node.NamesAsync(tenant, live: false)).ShouldBe(["Sandbox"]);
    }

    [Theory]
    [InlineData(1, 10, "SendGrid")]
    [InlineData(10, 10, "SendGrid")]
    [InlineData(10, 1, "Sandbox")]
    public async Task A_sandbox_is_no_second_choice_to_a_vendor_nor_a_vendor_to_a_sandbox(int vendor, int sandbox, string chosen)
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());
        await node.CreateAsync(tenant, ChannelsNode.SendGrid(priority: vendor));
        await node.CreateAsync(tenant, ChannelsNode.Sandbox(priority: sandbox));

        (await node.NamesAsync(tenant)).ShouldBe([chosen]);
    }

    [Fact]
    public async Task The_inbox_needs_no_configuration()
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());

        (await node.Directory.ForAsync(tenant, ChannelKind.InApp, live: true, CancellationToken.None)).ShouldHaveSingleItem().Type.ShouldBe("in_app");
        (await node.NamesAsync(tenant, ChannelKind.Sms)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tenants_do_not_see_each_others_providers()
    {
        var (tenant, stranger, node) = (await database.NewTenantAsync(), await database.NewTenantAsync(), Node());
        var row = await node.CreateAsync(tenant, ChannelsNode.SendGrid());

        (await node.NamesAsync(stranger)).ShouldBeEmpty();
        (await node.Store.FindAsync(stranger, row.Id, CancellationToken.None)).ShouldBeNull();
        (await node.Editor.DeleteAsync(ChannelsNode.Admin(stranger), row.Id, CancellationToken.None)).ShouldBeFalse();
        (await node.Editor.UpdateAsync(ChannelsNode.Admin(stranger), row.Id, new ProviderChange { Name = "mine" }, CancellationToken.None)).ShouldBeOfType<ProviderSaved.NotFound>();
        (await node.NamesAsync(tenant)).ShouldBe(["SendGrid"]);
    }

    [Fact]
    public async Task Where_the_master_key_is_missing_deliveries_wait_with_a_reason_and_go_out_once_it_is_back()
    {
        var tenant = await database.NewTenantAsync();
        await new ChannelsNode(database, time, ChannelsNode.Key("lost", 7)).CreateAsync(tenant, ChannelsNode.SendGrid());

        var provider = await OneAsync(Node(), tenant);

        var call = new ProviderCall(default, 1, new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, "t"), null, Priority.Normal, null, TimeSpan.FromSeconds(5));
        (await provider.SendAsync(call, CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>().Code.ShouldBe("credentials_unreadable");
    }

    /// <summary>A database that is away is no tenant without providers.</summary>
    [Fact]
    public async Task An_outage_is_not_an_empty_list()
    {
        var (tenant, node) = (await database.NewTenantAsync(), Node());
        await node.CreateAsync(tenant, ChannelsNode.SendGrid());
        await node.NamesAsync(tenant);
        await database.ExecuteAsync("alter table providers rename to providers_away");
        try
        {
            time.Advance(TimeSpan.FromSeconds(3));
            await Should.ThrowAsync<Exception>(() => node.NamesAsync(tenant));
        }
        finally
        {
            await database.ExecuteAsync("alter table providers_away rename to providers");
        }

        (await node.NamesAsync(tenant)).ShouldBe(["SendGrid"]);
    }

    private ChannelsNode Node() => new(database, time);

    private static async Task<IProvider> OneAsync(ChannelsNode node, Tenants.TenantId tenant) =>
        (await node.Directory.ForAsync(tenant, ChannelKind.Email, live: true, CancellationToken.None)).ShouldHaveSingleItem().Provider;
}
