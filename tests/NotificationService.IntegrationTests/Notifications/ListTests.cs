using System.Text;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

public sealed class ListTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);

    private NotificationList List => host.Service<NotificationList>();

    [Fact]
    public async Task A_walk_by_cursor_sees_each_once_while_others_come_in()
    {
        var tenant = await database.NewTenantAsync();
        var before = await AcceptAsync(tenant, 60);
        var seen = new List<Guid>();
        for (Guid? after = null; ;)
        {
            var part = await List.ListAsync(tenant, new NotificationFilter(), PageRequest.ByCursor(after, 7), CancellationToken.None);
            seen.AddRange(part.Items.Select(item => item.Id.Value));
            if (part.Next is null)
                break;
            after = part.Next;
            await AcceptAsync(tenant, 3);
        }

        seen.ShouldBeUnique();
        seen.ShouldBe(before.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task Numbered_pages_count_and_follow_each_other()
    {
        var tenant = await database.NewTenantAsync();
        var all = await AcceptAsync(tenant, 23);

        var pages = new List<PageResult<NotificationListItem>>();
        for (var page = 1; page <= 4; page++)
            pages.Add(await List.ListAsync(tenant, new NotificationFilter(), PageRequest.ByNumber(page, 10), CancellationToken.None));

        pages.Take(3).ShouldAllBe(page => page.Total == new ListTotal(23, true));
        pages.Select(page => page.Items.Count).ShouldBe([10, 10, 3, 0]);
        pages.SelectMany(page => page.Items).Select(item => item.Id.Value).ShouldBe(all.AsEnumerable().Reverse());
        pages.Select(page => page.Next is not null).ShouldBe([true, true, false, false]);
    }

    [Fact]
    public async Task Every_filter_finds_its_own()
    {
        var tenant = await database.NewTenantAsync();
        var key = await host.PublishAsync(tenant);
        var start = DateTimeOffset.UtcNow.AddMinutes(-1);
        var plain = await host.AcceptedAsync(tenant);
        var templated = await host.AcceptedAsync(tenant, IntakeHost.Request with
        {
            Content = null,
            Template = key,
            Channel = "in_app",
            Data = Encoding.UTF8.GetBytes("""{"orderId":1}"""),
            Reference = "r-1",
            Priority = "low",
            Recipient = new StoredRecipient { UserId = "u-2" },
        });
        var failed = await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"], Reference = "r-1" });

        await ShouldFindAsync(new NotificationFilter(), failed, templated, plain);
        await ShouldFindAsync(new NotificationFilter(Status: DeliveryStatus.Queued), failed, templated, plain);
        await ShouldFindAsync(new NotificationFilter(Status: DeliveryStatus.Failed), failed);
        await ShouldFindAsync(new NotificationFilter(Status: DeliveryStatus.Failed, Channel: ChannelKind.Email));
        await ShouldFindAsync(new NotificationFilter(Status: DeliveryStatus.Sent));
        await ShouldFindAsync(new NotificationFilter(Channel: ChannelKind.InApp), templated);
        await ShouldFindAsync(new NotificationFilter(TemplateKey: key), templated);
        await ShouldFindAsync(new NotificationFilter(TemplateKey: "other"));
        await ShouldFindAsync(new NotificationFilter(Reference: "r-1"), failed, templated);
        await ShouldFindAsync(new NotificationFilter(Reference: "r-1", Status: DeliveryStatus.Failed), failed);
        await ShouldFindAsync(new NotificationFilter(Category: "shipping"), templated);
        await ShouldFindAsync(new NotificationFilter(Priority: Priority.Low), templated);
        await ShouldFindAsync(new NotificationFilter(UserId: "u-2"), templated);
        await ShouldFindAsync(new NotificationFilter(Since: start), failed, templated, plain);
        await ShouldFindAsync(new NotificationFilter(Until: start));

        async Task ShouldFindAsync(NotificationFilter filter, params NotificationId[] expected)
        {
            foreach (var counted in (bool[])[true, false])
            {
                var part = await List.ListAsync(tenant, filter, counted ? PageRequest.ByNumber(1, 50) : PageRequest.ByCursor(null, 50), CancellationToken.None);
                part.Items.Select(item => item.Id).ShouldBe(expected, ignoreOrder: true, filter.ToString());
                part.Next.ShouldBeNull();
                if (counted)
                    part.Total.ShouldBe(new ListTotal(expected.Length, IsExact: true), filter.ToString());
            }
        }
    }

    [Fact]
    public async Task A_list_shows_the_deliveries_of_each()
    {
        var tenant = await database.NewTenantAsync();
        await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"], Reference = "r-1" });

        var item = (await List.ListAsync(tenant, new NotificationFilter(), PageRequest.ByNumber(1, 5), CancellationToken.None)).Items.ShouldHaveSingleItem();

        item.Reference.ShouldBe("r-1");
        item.Deliveries.Select(delivery => (delivery.Channel, delivery.Status)).ShouldBe([(ChannelKind.Email, DeliveryStatus.Queued), (ChannelKind.Sms, DeliveryStatus.Failed)]);
        (item.Deliveries[1].Failure?.Kind).ShouldBe(FailureKind.NoAddress);
    }

    [Fact]
    public async Task Nobody_sees_another_tenants()
    {
        var (owner, stranger) = (await database.NewTenantAsync(), await database.NewTenantAsync());
        await host.AcceptedAsync(owner, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"], Reference = "r-1" });

        foreach (var filter in new NotificationFilter[] { new(), new(Reference: "r-1"), new(Status: DeliveryStatus.Failed), new(Channel: ChannelKind.Email) })
            (await List.ListAsync(stranger, filter, PageRequest.ByNumber(1, 5), CancellationToken.None)).Items.ShouldBeEmpty(filter.ToString());
        (await host.Service<DeadLetters>().ListAsync(stranger, new DeadLetterFilter(null, null, null, null, null), PageRequest.ByNumber(1, 5), CancellationToken.None)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_put_back_by_what_they_are()
    {
        var tenant = await database.NewTenantAsync();
        var ids = await AcceptAsync(tenant, 12);
        await host.AcceptedAsync(tenant, IntakeHost.Request with { Channel = null, Channels = ["email", "sms"] });
        await database.ExecuteAsync($"update deliveries set status = {{status.failed}}, failure_kind = {{failure.exhausted}}, failure_code = 'http_503' where tenant_id = '{tenant}' and status = {{status.queued}} and id < '{ids[9]}'");
        await database.ExecuteAsync($"update deliveries set status = {{status.failed}}, failure_kind = {{failure.credentials}}, failure_code = 'no_provider' where tenant_id = '{tenant}' and status = {{status.queued}} and id < '{ids[11]}'");
        var (letters, commands) = (host.Service<DeadLetters>(), host.Service<NotificationCommands>());
        var exhausted = new DeadLetterFilter(null, FailureKind.Exhausted, null, null, null);

        (await CountAsync(exhausted)).ShouldBe(9);
        (await CountAsync(new DeadLetterFilter(ChannelKind.Sms, null, null, null, null))).ShouldBe(1);
        (await CountAsync(new DeadLetterFilter(null, null, "no_provider", null, null))).ShouldBe(2);

        (await commands.RequeueAsync(tenant, await letters.PickAsync(tenant, exhausted, 4, CancellationToken.None), CancellationToken.None)).Select(change => change.Id.Notification.Value).ShouldBe(ids.Take(4));
        (await commands.RequeueAsync(tenant, await letters.PickAsync(tenant, new DeadLetterFilter(null, null, null, null, null), 100, CancellationToken.None), CancellationToken.None)).Count(change => change.Changed).ShouldBe(7);
        (await CountAsync(new DeadLetterFilter(null, null, null, null, null))).ShouldBe(1);

        async Task<int> CountAsync(DeadLetterFilter filter)
        {
            var part = await letters.ListAsync(tenant, filter, PageRequest.ByNumber(1, 3), CancellationToken.None);
            var total = part.Total.ShouldNotBeNull();
            (part.Items.Count, total.IsExact).ShouldBe((Math.Min(3, total.Count), true));
            return total.Count;
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private async Task<List<Guid>> AcceptAsync(TenantId tenant, int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
            ids.Add((await host.AcceptedAsync(tenant)).Value);
        return [.. ids.OrderBy(id => id.ToString(), StringComparer.Ordinal)];
    }
}
