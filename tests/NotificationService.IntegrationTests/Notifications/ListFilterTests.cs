using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Whatever index a filter walks and however many pieces that takes, the list is what the filter says.</summary>
public sealed class ListFilterTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private const int Planted = 3_500;

    private static readonly Dictionary<string, (NotificationFilter Filter, string Where)> Singles = new()
    {
        ["status"] = (new(Status: DeliveryStatus.Sent), "d.status = {status.sent}"),
        ["rare status"] = (new(Status: DeliveryStatus.Delivered), "d.status = {status.delivered}"),
        ["ended status"] = (new(Status: DeliveryStatus.Failed), "d.status = {status.failed}"),
        ["channel"] = (new(Channel: ChannelKind.Sms), "d.channel = {channel.sms}"),
        ["template"] = (new(TemplateKey: PlantedNotifications.Template), "t.key = 'template-3'"),
        ["category"] = (new(Category: "c-2"), "n.category = 'c-2'"),
        ["priority"] = (new(Priority: (Priority)2), "n.priority = 2"),
        ["user"] = (new(UserId: "u-17"), "n.recipient ->> 'userId' = 'u-17'"),
        ["reference"] = (new(Reference: "r-77"), "n.reference = 'r-77'"),
        ["live"] = (new(Live: true), "n.live"),
        ["test"] = (new(Live: false), "not n.live"),
        ["nothing"] = (new(Category: "none"), "false"),
    };

    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task Each_filter_and_each_pair_of_them_lists_exactly_what_it_names()
    {
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, Planted, DateTimeOffset.UtcNow.AddMinutes(-5));
        var names = Singles.Keys.ToList();
        foreach (var first in names)
        {
            foreach (var second in names.Skip(names.IndexOf(first)))
            {
                if (Together(Singles[first].Filter, Singles[second].Filter) is not { } filter)
                    continue;
                var expected = await ExpectedAsync(tenant, $"{Singles[first].Where} and {Singles[second].Where}");

                (await WalkAsync(tenant, filter)).ShouldBe(expected, $"{first} and {second}, by cursor");
                await PagesShouldBeginAsync(tenant, filter, expected, $"{first} and {second}, by number");
            }
        }
    }

    [Fact]
    public async Task A_total_is_counted_where_an_index_counts_it_and_left_out_elsewhere()
    {
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, Planted, DateTimeOffset.UtcNow.AddMinutes(-5));

        foreach (var (name, where) in ((string, string)[])[("template", "t.key = 'template-3'"), ("user", "n.recipient ->> 'userId' = 'u-17'"), ("live", "n.live"), ("test", "not n.live")])
        {
            var page = await FirstAsync(Singles[name].Filter, 10);
            page.Total.ShouldBe(new ListTotal((await ExpectedAsync(tenant, where)).Count, IsExact: true), name);
            page.HasMore.ShouldBeTrue();
        }

        foreach (var (filter, where) in ((NotificationFilter, string)[])
            [(Singles["ended status"].Filter, "d.status = {status.failed}"), (new(Status: DeliveryStatus.Failed, Channel: ChannelKind.Sms), "d.status = {status.failed} and d.channel = {channel.sms}"), (new(Status: DeliveryStatus.Failed, Live: true), "d.status = {status.failed} and n.live")])
            (await FirstAsync(filter, 10)).Total.ShouldBe(new ListTotal((await ExpectedAsync(tenant, where)).Count, IsExact: true), filter.ToString());
        (await FirstAsync(new NotificationFilter(), 10)).Total.ShouldBe(new ListTotal(Planted, IsExact: true));
        foreach (var name in (string[])["status", "channel", "category", "priority"])
            (await FirstAsync(Singles[name].Filter, 10)).Total.ShouldBeNull(name);
        // Whoever sees the end knows the total all the same.
        (await FirstAsync(new NotificationFilter(Reference: "r-77", Live: true), 10)).Total.ShouldNotBeNull().IsExact.ShouldBeTrue();

        Task<PageResult<NotificationListItem>> FirstAsync(NotificationFilter filter, int limit) =>
            host.Service<NotificationList>().ListAsync(tenant, filter, PageRequest.ByNumber(1, limit), CancellationToken.None);
    }

    /// <summary>A step of this page ends after 44 deliveries, which is between the two of one notification.</summary>
    [Fact]
    public async Task A_channel_of_what_failed_is_found_where_a_step_ends_between_two_deliveries_of_one_notification()
    {
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, 60, DateTimeOffset.UtcNow.AddMinutes(-5));
        await database.ExecuteAsync(
            $$"""
            delete from deliveries where tenant_id = '{{tenant}}';
            insert into deliveries (tenant_id, id, channel, priority, status, due_at)
            select tenant_id, overlay(id::text placing channel::text from 36)::uuid, channel, 2, 73, now()
            from (select n.*, row_number() over (order by id desc) as place from notifications n where tenant_id = '{{tenant}}') n
            cross join (values (1), (2)) as c(channel) where channel = {channel.sms} or place = 44;
            """);
        var expected = await database.QueryAsync<Guid>($"select overlay(id::text placing '0' from 36)::uuid from deliveries where tenant_id = '{tenant}' and channel = {{channel.email}}");

        var page = await host.Service<NotificationList>().ListAsync(
            tenant, new NotificationFilter(Status: DeliveryStatus.Failed, Channel: ChannelKind.Email), PageRequest.ByNumber(1, 10), CancellationToken.None);

        page.Items.Select(item => item.Id.Value).ShouldBe(expected);
        page.Total.ShouldBe(new ListTotal(1, IsExact: true));
    }

    [Fact]
    public async Task Of_a_status_that_ended_badly_the_total_counts_notifications_and_not_their_deliveries()
    {
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, 60, DateTimeOffset.UtcNow.AddMinutes(-5));
        await database.ExecuteAsync(
            $"""
            delete from deliveries where tenant_id = '{tenant}';
            insert into deliveries (tenant_id, id, channel, priority, status, due_at, live)
            select tenant_id, overlay(id::text placing channel::text from 36)::uuid, channel, 2, 73, now(), live
            from notifications n cross join (values (1), (2)) as c(channel) where tenant_id = '{tenant}';
            """);

        foreach (var channel in (ChannelKind?[])[null, ChannelKind.Sms])
        {
            var page = await host.Service<NotificationList>().ListAsync(
                tenant, new NotificationFilter(Status: DeliveryStatus.Failed, Channel: channel), PageRequest.ByNumber(1, 10), CancellationToken.None);
            (page.Items.Count, page.HasMore, page.Total).ShouldBe((10, true, new ListTotal(60, IsExact: true)));
        }
    }

    [Fact]
    public async Task Dead_letters_are_found_by_whatever_they_are_asked_for()
    {
        var tenant = await database.NewTenantAsync();
        await PlantedNotifications.PlantAsync(database, tenant, 30_000, DateTimeOffset.UtcNow.AddMinutes(-5));
        var letters = host.Service<DeadLetters>();
        foreach (var (filter, where) in ((DeadLetterFilter, string)[])
        [
            (new(null, null, null, null, null), "true"),
            (new(ChannelKind.Sms, null, null, null, null), "channel = {channel.sms}"),
            (new(null, FailureKind.Exhausted, null, null, null), "failure_kind = {failure.exhausted}"),
            (new(null, null, "code-1", null, null), "failure_code = 'code-1'"),
            (new(ChannelKind.Email, null, "code-3", null, null), "channel = {channel.email} and failure_code = 'code-3'"),
            (new(null, null, "none", null, null), "false"),
        ])
        {
            var expected = await database.QueryAsync<Guid>($"select id from deliveries where tenant_id = '{tenant}' and status = {{status.failed}} and {where} order by id desc");
            var seen = new List<Guid>();
            Guid? after = null;
            do
            {
                var page = await letters.ListAsync(tenant, filter, PageRequest.ByCursor(after, 100), CancellationToken.None);
                seen.AddRange(page.Items.Select(letter => letter.Id.Value));
                after = page.Next;
            }
            while (after is not null);

            seen.ShouldBe(expected, filter.ToString());
            var first = await letters.ListAsync(tenant, filter, PageRequest.ByNumber(1, 10), CancellationToken.None);
            if (filter.Code is null)
                first.Total.ShouldBe(new ListTotal(expected.Count, IsExact: true), filter.ToString());
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private async Task<List<Guid>> WalkAsync(TenantId tenant, NotificationFilter filter)
    {
        var seen = new List<Guid>();
        Guid? after = null;
        do
        {
            var page = await host.Service<NotificationList>().ListAsync(tenant, filter, PageRequest.ByCursor(after, 90), CancellationToken.None);
            page.Items.Count.ShouldBeLessThanOrEqualTo(90);
            page.Total.ShouldBeNull();
            seen.AddRange(page.Items.Select(item => item.Id.Value));
            after = page.Next;
        }
        while (after is not null);
        return seen;
    }

    /// <summary>Numbered pages are the beginning of the list, none of it twice and none left out.</summary>
    private async Task PagesShouldBeginAsync(TenantId tenant, NotificationFilter filter, IReadOnlyList<Guid> expected, string what)
    {
        var seen = new List<Guid>();
        PageResult<NotificationListItem> page;
        var number = 1;
        do
        {
            page = await host.Service<NotificationList>().ListAsync(tenant, filter, PageRequest.ByNumber(number++, 100), CancellationToken.None);
            seen.AddRange(page.Items.Select(item => item.Id.Value));
        }
        while (page.HasMore && number <= 4);
        seen.ShouldBe(expected.Take(seen.Count), what);
        if (page.Next is null)
            seen.Count.ShouldBe(expected.Count, what);
    }

    /// <summary>
    /// What the list should be, without the list's statements. A delivery's id is its notification's with another last digit. On tables never analysed
    /// PostgreSQL expects one row and compares each delivery with each notification, for ten seconds: it is made to hash.
    /// </summary>
    private async Task<IReadOnlyList<Guid>> ExpectedAsync(TenantId tenant, string where) => await database.QueryAsync<Guid>(
        $"""
        set local enable_nestloop = off;
        select n.id from notifications n join templates t on t.id = n.template_id
        join deliveries d on overlay(d.id::text placing '0' from 36) = overlay(n.id::text placing '0' from 36)
        where n.tenant_id = '{tenant}' and d.tenant_id = '{tenant}' and {where} order by n.id desc
        """);

    /// <summary>Both at once; null if they say two things of one.</summary>
    private static NotificationFilter? Together(NotificationFilter one, NotificationFilter other)
    {
        if ((one.Status ?? other.Status) != (other.Status ?? one.Status) || (one.Live ?? other.Live) != (other.Live ?? one.Live)
            || (one.Category ?? other.Category) != (other.Category ?? one.Category))
            return null;
        return new NotificationFilter(
            one.Status ?? other.Status, one.Channel ?? other.Channel, one.TemplateKey ?? other.TemplateKey, one.Reference ?? other.Reference, one.Category ?? other.Category,
            one.Priority ?? other.Priority, one.UserId ?? other.UserId, Live: one.Live ?? other.Live);
    }
}
