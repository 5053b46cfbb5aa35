using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;
using NotificationService.Realtime;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Realtime;

/// <summary>Events that come at once share commits, and nothing of another's.</summary>
public sealed class EventWriterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly Audience Everybody = new([new AudienceAlternative(null, null, null, null, Tenant: true)]);

    [Fact]
    public async Task What_comes_while_a_commit_is_under_way_shares_the_next_one_in_the_order_in_which_it_came()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (writer, tenant) = (Writer(host), await database.NewTenantAsync());
        await writer.PublishAsync(tenant, Event("first", "{}"), CancellationToken.None);
        Task[] published;
        // Whoever publishes waits for the tenant's head.
        await using (var other = await HoldHeadAsync(tenant))
            published = [.. Enumerable.Range(0, 150).Select(n => writer.PublishAsync(tenant, Event($"event-{n}", "{}"), CancellationToken.None))];
        await Task.WhenAll(published);

        (await database.QueryAsync<string>($"select type from realtime_events where tenant_id = '{tenant}' order by sequence")).ShouldBe(["first", .. Enumerable.Range(0, 150).Select(n => $"event-{n}")]);
        (await database.QueryAsync<long>($"select distinct sequence from realtime_events where tenant_id = '{tenant}' order by sequence")).ShouldBe(Enumerable.Range(1, 151).Select(n => (long)n));
        (await database.ScalarAsync<long>($"select count(distinct xmin::text) from realtime_events where tenant_id = '{tenant}'")).ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task One_commit_takes_200_events_or_a_megabyte_and_a_tenant_never_holds_up_another()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (writer, tenant, neighbour) = (Writer(host), await database.NewTenantAsync(), await database.NewTenantAsync());
        await writer.PublishAsync(tenant, Event("first", "{}"), CancellationToken.None);
        var large = $"\"{new string('x', 60_000)}\"";
        Task[] published;
        await using (var other = await HoldHeadAsync(tenant))
        {
            published = [.. Enumerable.Range(0, 401).Select(n => writer.PublishAsync(tenant, Event("small", "{}"), CancellationToken.None)), .. Enumerable.Range(0, 40).Select(n => writer.PublishAsync(tenant, Event("large", large), CancellationToken.None))];
            await writer.PublishAsync(neighbour, Event("beside", "{}"), CancellationToken.None);
        }

        await Task.WhenAll(published);
        var commits = await database.QueryAsync<string>(
            $"select count(*) || ' ' || sum(octet_length(data::text)) from realtime_events where tenant_id = '{tenant}' group by xmin::text order by min(sequence)");
        commits.ShouldAllBe(commit => int.Parse(commit.Split(' ')[0]) <= EventWriter.MaxEvents && long.Parse(commit.Split(' ')[1]) <= EventWriter.MaxBytes);
        commits.Count.ShouldBeInRange(5, 8);
    }

    [Fact]
    public async Task One_that_the_database_does_not_take_costs_its_neighbours_nothing()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (writer, tenant) = (Writer(host), await database.NewTenantAsync());
        await writer.PublishAsync(tenant, Event("first", "{}"), CancellationToken.None);
        Task[] published;
        await using (var other = await HoldHeadAsync(tenant))
            published = [.. Enumerable.Range(0, 20).Select(n => writer.PublishAsync(tenant, Event($"event-{n}", n == 7 ? "{" : "{}"), CancellationToken.None))];

        (await Should.ThrowAsync<PostgresException>(published[7])).SqlState.ShouldBe(PostgresErrorCodes.InvalidTextRepresentation);
        await Task.WhenAll(published.Where((_, n) => n != 7));
        (await database.QueryAsync<string>($"select type from realtime_events where tenant_id = '{tenant}' order by sequence"))
            .ShouldBe(["first", .. Enumerable.Range(0, 20).Where(n => n != 7).Select(n => $"event-{n}")]);
    }

    [Fact]
    public async Task Whoever_gives_up_before_its_commit_began_has_published_nothing()
    {
        await using var host = WorkerHost.Create(database.ConnectionString);
        var (writer, tenant) = (Writer(host), await database.NewTenantAsync());
        await writer.PublishAsync(tenant, Event("first", "{}"), CancellationToken.None);
        Task? begun = null, left = null, kept = null;
        using var giveUp = new CancellationTokenSource();
        await using (var other = await HoldHeadAsync(tenant))
        {
            begun = writer.PublishAsync(tenant, Event("begun", "{}"), CancellationToken.None);
            await Eventually.TrueAsync(
                async () => await database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0, TimeSpan.FromSeconds(30));
            (left, kept) = (writer.PublishAsync(tenant, Event("left", "{}"), giveUp.Token), writer.PublishAsync(tenant, Event("kept", "{}"), CancellationToken.None));
            await giveUp.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(left);
        }

        await Task.WhenAll(begun, kept);
        (await database.QueryAsync<string>($"select type from realtime_events where tenant_id = '{tenant}' order by sequence")).ShouldBe(["first", "begun", "kept"]);
    }

    private static EventWriter Writer(WorkerHost host) => new(new RealtimeStore(host.Services.GetRequiredService<Database>(), host.Services.GetRequiredService<LiveSignals>()));

    private RealtimeEvent Event(string type, string data) => new(0, database.Ids.Next(), type, Everybody, Encoding.UTF8.GetBytes(data));

    /// <summary>Until it is disposed of.</summary>
    private async Task<NpgsqlConnection> HoldHeadAsync(TenantId tenant)
    {
        var connection = await database.Superuser.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; select from realtime_heads where tenant_id = '{tenant}' for update", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
