using Microsoft.Extensions.DependencyInjection;
using NotificationService.Deliveries;
using NotificationService.Inbox;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Inbox;

/// <summary>What holds of inboxes whoever does what at once: the counts are those of the items, and the feed of changes leaves nothing out.</summary>
public sealed class InboxStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task After_a_thousand_operations_at_once_the_counts_are_those_of_the_items_and_a_client_that_follows_has_all_of_it()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (store, commands) = (host.Services.GetRequiredService<InboxStore>(), host.Services.GetRequiredService<InboxCommands>());
        var user = await UserAsync();
        await PlantAsync(user, 60);
        var items = await database.QueryAsync<Guid>($"select id from inbox_items where tenant_id = '{user.Tenant}'");
        using var stop = new CancellationTokenSource();
        var following = FollowAsync(store, user, stop.Token);

        var random = new Random(7);
        var operations = Enumerable.Range(0, 1_000).Select(_ => (Kind: random.Next(8), Item: items[random.Next(items.Count)])).ToList();
        await Parallel.ForEachAsync(operations, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (operation, token) =>
        {
            switch (operation.Kind)
            {
                case 0 or 1:
                    await commands.ChangeAsync(user, new InboxChange(operation.Item) { Read = new Decision(true) }, token);
                    break;
                case 2:
                    await commands.ChangeAsync(user, new InboxChange(operation.Item) { Read = new Decision(false) }, token);
                    break;
                case 3:
                    await commands.ChangeAsync(user, new InboxChange(operation.Item) { Archived = new Decision(true) }, token);
                    break;
                case 4:
                    await commands.ChangeAsync(user, new InboxChange(operation.Item) { Archived = new Decision(false) }, token);
                    break;
                case 5:
                    await commands.ChangeAsync(user, new InboxChange(operation.Item) { SnoozedUntil = DateTimeOffset.UtcNow.AddHours(1) }, token);
                    break;
                case 6:
                    await store.SeeAsync(user, before: null, token);
                    break;
                default:
                    await PlantAsync(user, 1);
                    break;
            }
        });

        await stop.CancelAsync();
        var known = await following;
        await ShouldCountWhatIsThereAsync(user);
        known.Order().ShouldBe((await database.QueryAsync<string>($"select id || ' ' || version from inbox_items where tenant_id = '{user.Tenant}' and status <> 5")).Order());
        (await database.ScalarAsync<long>($"select count(*) - count(distinct version) from inbox_items where tenant_id = '{user.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Whatever_is_done_to_an_item_one_after_the_other_the_counts_are_those_of_the_items()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (store, maintenance) = (host.Services.GetRequiredService<InboxStore>(), host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<InboxMaintenance>().Single());
        for (var seed = 0; seed < 8; seed++)
        {
            var (user, random) = (await UserAsync(), new Random(seed));
            await PlantAsync(user, 8);
            var items = await database.QueryAsync<Guid>($"select id from inbox_items where tenant_id = '{user.Tenant}'");
            for (var i = 0; i < 40; i++)
            {
                var change = new InboxChange(items[random.Next(items.Count)]);
                switch (random.Next(9))
                {
                    case 0:
                        await store.SeeAsync(user, before: null, CancellationToken.None);
                        break;
                    case 1:
                        await store.SeeAsync(user, DateTimeOffset.UtcNow.AddSeconds(-random.NextDouble()), CancellationToken.None);
                        break;
                    case 2:
                        await PlantAsync(user, 1);
                        break;
                    case 3:
                        await database.ExecuteAsync($"update inbox_items set snoozed_until = now() where tenant_id = '{user.Tenant}' and status = 4");
                        await maintenance.ReturnAsync(CancellationToken.None);
                        break;
                    case 4:
                        await store.ChangeAsync(user, [change with { SnoozedUntil = DateTimeOffset.UtcNow.AddHours(1) }], CancellationToken.None);
                        break;
                    case 5:
                        await store.ChangeAsync(user, [change with { Deleted = true }], CancellationToken.None);
                        break;
                    case 6:
                        await store.ChangeAsync(user, [change with { Archived = new Decision(random.Next(2) == 0) }], CancellationToken.None);
                        break;
                    default:
                        await store.ChangeAsync(user, [change with { Read = new Decision(random.Next(2) == 0) }], CancellationToken.None);
                        break;
                }

                await ShouldCountWhatIsThereAsync(user);
            }
        }
    }

    [Fact]
    public async Task A_snoozed_item_comes_back_by_itself_unread_and_at_the_top()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (store, queries) = (host.Services.GetRequiredService<InboxStore>(), host.Services.GetRequiredService<InboxQueries>());
        var user = await UserAsync();
        await PlantAsync(user, 3);
        var first = (await queries.ListAsync(user, new InboxFilter(), PageRequest.ByCursor(null, 10), CancellationToken.None)).Items[^1].Id;
        await store.SeeAsync(user, before: null, CancellationToken.None);
        await store.ChangeAsync(user, [new InboxChange(first) { Read = new Decision(true) }], CancellationToken.None);
        await store.ChangeAsync(user, [new InboxChange(first) { SnoozedUntil = DateTimeOffset.UtcNow.AddSeconds(1) }], CancellationToken.None);
        (await queries.ListAsync(user, new InboxFilter(), PageRequest.ByCursor(null, 10), CancellationToken.None)).Items.Select(item => item.Id).ShouldNotContain(first);

        await host.StartAsync();

        await Eventually.TrueAsync(async () => (await store.CountsAsync(user, CancellationToken.None)) is { Unread: 3, Unseen: 1 }, Ample);
        var items = (await queries.ListAsync(user, new InboxFilter(), PageRequest.ByCursor(null, 10), CancellationToken.None)).Items;
        (items[0].Id, items[0].Status, items[0].SnoozedUntil).ShouldBe((first, InboxStatus.Unread, null));
        await host.StopAsync();
    }

    [Fact]
    public async Task An_item_outlives_its_notification_and_goes_when_its_own_time_is_over()
    {
        await using var host = WorkerHost.Create(database.ConnectionString, ("Notification:Inbox:Retention", "30.00:00:00"));
        var store = host.Services.GetRequiredService<InboxStore>();
        var maintenance = host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<InboxMaintenance>().Single();
        var user = await UserAsync();
        await PlantAsync(user, 2, DateTimeOffset.UtcNow.AddDays(-31));
        await PlantAsync(user, 1, DateTimeOffset.UtcNow.AddDays(-29));
        (await store.CountsAsync(user, CancellationToken.None)).Unread.ShouldBe(3);

        await maintenance.WalkAsync(CancellationToken.None);

        (await store.CountsAsync(user, CancellationToken.None)).Unread.ShouldBe(1);
        var changes = await store.ChangesAsync(user, 0, 10, CancellationToken.None);
        changes.Items.Count(item => item.Status == InboxStatus.Deleted).ShouldBe(2);
        changes.Items.Where(item => item.Status == InboxStatus.Deleted).ShouldAllBe(item => item.Title.Length == 0 && item.Body.Length == 0);

        await database.ExecuteAsync($"update inbox_items set deleted_at = now() - interval '31 days' where tenant_id = '{user.Tenant}' and status = 5");
        await maintenance.WalkAsync(CancellationToken.None);
        (await store.ChangesAsync(user, 1, 10, CancellationToken.None)).Reset.ShouldBeTrue();
        (await store.ChangesAsync(user, changes.Cursor, 10, CancellationToken.None)).Reset.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_workers_that_bring_items_to_the_same_users_none_waits_for_another_in_a_circle()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        await using var other = WorkerHost.Create(database.ConnectionString);
        var tenant = await database.NewTenantAsync();
        await using var intake = new IntakeHost(database);
        for (var i = 0; i < 300; i++)
            await intake.AcceptedAsync(tenant, IntakeHost.Request with { Channel = "in_app", Channels = null, Recipient = IntakeHost.Request.Recipient! with { UserId = $"u-{i % 7}" }, Content = new InlineContent(Title: "t", Body: "b") });

        await Task.WhenAll(host.StartAsync(), other.StartAsync());

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>($"select count(*) from inbox_items where tenant_id = '{tenant}'") == 300, Ample);
        (await database.ScalarAsync<long>($"select sum(unread)::bigint from inbox_users where tenant_id = '{tenant}'")).ShouldBe(300);
        (await database.ScalarAsync<long>($"select count(*) from (select user_id, version from inbox_items where tenant_id = '{tenant}' group by 1, 2) versions")).ShouldBe(300);
        (await database.ScalarAsync<long>($"select count(*) from deliveries where tenant_id = '{tenant}' and status = {(short)DeliveryStatus.Delivered}")).ShouldBe(300);
        await Task.WhenAll(host.StopAsync(), other.StopAsync());
    }

    private async Task<InboxUserId> UserAsync() => new(await database.NewTenantAsync(), "ann");

    /// <summary>As a worker's completion writes them, without a delivery.</summary>
    private Task<int> PlantAsync(InboxUserId user, int count, DateTimeOffset? at = null)
    {
        var ids = string.Join(',', Enumerable.Range(0, count).Select(_ => $"'{(at is { } then ? Guid.CreateVersion7(then) : database.Ids.Next())}'::uuid"));
        return database.ExecuteAsync(
            $"""
            with item as (select id, row_number() over () as n from unnest(array[{ids}]) id),
            inbox as (
                insert into inbox_users as u (tenant_id, user_id, version, unread, unseen) values ('{user.Tenant}', '{user.UserId}', {count}, {count}, {count})
                on conflict (tenant_id, user_id) do update set version = u.version + {count}, unread = u.unread + {count}, unseen = u.unseen + {count} returning u.version)
            insert into inbox_items (tenant_id, user_id, id, version, arrived_version, arrived_at, created_at, read_set_at, archived_set_at, priority, title, body)
            select '{user.Tenant}', '{user.UserId}', id, version - {count} + n, version - {count} + n, clock_timestamp(), {(at is { } when ? $"'{when:yyyy-MM-dd HH:mm:ss}+00'" : "clock_timestamp()")}, clock_timestamp(), clock_timestamp(), 2, 't', 'b'
            from item, inbox
            """);
    }

    /// <summary>Follows the changes as a client does, until it is asked to stop and has read them all.</summary>
    private static async Task<List<string>> FollowAsync(InboxStore store, InboxUserId user, CancellationToken stop)
    {
        var (known, cursor) = (new Dictionary<Guid, long>(), 0L);
        while (true)
        {
            var isLast = stop.IsCancellationRequested;
            var changes = await store.ChangesAsync(user, cursor, 7, CancellationToken.None);
            foreach (var item in changes.Items)
            {
                if (item.Status == InboxStatus.Deleted)
                    known.Remove(item.Id);
                else
                    known[item.Id] = item.Version;
            }

            cursor = changes.Cursor;
            if (isLast && !changes.HasMore)
                return [.. known.Select(item => $"{item.Key} {item.Value}")];
        }
    }

    private async Task ShouldCountWhatIsThereAsync(InboxUserId user) => (await database.QueryAsync<string>(
        $"""
        select concat_ws(' ', u.unread, u.unseen) from inbox_users u where u.tenant_id = '{user.Tenant}'
        union all
        select concat_ws(' ', count(*) filter (where i.status = 1), count(*) filter (where i.status = 1 and not i.seen and i.arrived_version > u.seen_version))
        from inbox_users u join inbox_items i using (tenant_id, user_id) where u.tenant_id = '{user.Tenant}'
        """)).Distinct().Count().ShouldBe(1);
}
