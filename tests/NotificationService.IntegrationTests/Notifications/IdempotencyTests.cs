using System.Collections.Concurrent;
using System.Text;
using NotificationService.Notifications;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

public sealed class IdempotencyTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);
    private readonly IntakeHost otherNode = new(database);

    [Fact]
    public async Task Fifty_callers_with_one_key_on_two_nodes_make_one_notification_and_get_one_answer()
    {
        var tenant = await database.NewTenantAsync();
        for (var round = 0; round < 10; round++)
        {
            var key = $"key-{round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
                await (i % 2 == 0 ? host : otherNode).AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent(key)))));

            outcomes.OfType<IntakeOutcome.Accepted>().Count().ShouldBe(1);
            outcomes.Select(ResponseOf).Distinct().Count().ShouldBe(1);
        }

        (await CountAsync("notifications", tenant)).ShouldBe(10);
        (await CountAsync("deliveries", tenant)).ShouldBe(10);
        (await CountAsync("timeline", tenant)).ShouldBe(10);
    }

    [Fact]
    public async Task The_same_key_with_another_body_or_route_is_a_mismatch_and_changes_nothing()
    {
        var tenant = await database.NewTenantAsync();
        await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k", """{"a":1}"""));

        (await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k", """{"a":2}"""))).ShouldBeOfType<IntakeOutcome.KeyMismatch>();
        (await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k", """{"a":1}""") with { Route = "/elsewhere" })).ShouldBeOfType<IntakeOutcome.KeyMismatch>();
        (await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k", """{ "a" : 1 }"""))).ShouldBeOfType<IntakeOutcome.Replayed>();
        (await CountAsync("notifications", tenant)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_bodies_with_one_key_at_once_one_wins_and_the_other_is_notified()
    {
        var tenant = await database.NewTenantAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
            await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k", $$"""{"a":{{i % 2}}}""")))));

        outcomes.OfType<IntakeOutcome.Accepted>().Count().ShouldBe(1);
        outcomes.OfType<IntakeOutcome.Replayed>().Count().ShouldBe(19);
        outcomes.OfType<IntakeOutcome.KeyMismatch>().Count().ShouldBe(20);
        (await CountAsync("notifications", tenant)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_tenants_key_is_another_key()
    {
        var (first, second) = (await database.NewTenantAsync(), await database.NewTenantAsync());

        var outcomes = await Task.WhenAll(
            Task.Run(async () => await host.AcceptAsync(first, IntakeHost.Request, IntakeHost.Idempotent("k", """{"a":1}"""))),
            Task.Run(async () => await host.AcceptAsync(second, IntakeHost.Request, IntakeHost.Idempotent("k", """{"a":2}"""))));

        outcomes.ShouldAllBe(outcome => outcome is IntakeOutcome.Accepted);
    }

    [Fact]
    public async Task The_response_outlives_the_process_and_what_would_now_be_refused()
    {
        var tenant = await database.NewTenantAsync();
        var request = IntakeHost.Request with { Content = null, Template = await host.PublishAsync(tenant), Data = Encoding.UTF8.GetBytes("""{"orderId":1}""") };
        var first = await host.AcceptAsync(tenant, request, IntakeHost.Idempotent("k"));
        await host.Service<TemplateStore>().ArchiveAsync(tenant, "order-shipped", CancellationToken.None);
        await using var restarted = new IntakeHost(database);

        var second = await restarted.AcceptAsync(tenant, request, IntakeHost.Idempotent("k"));

        ResponseOf(second.ShouldBeOfType<IntakeOutcome.Replayed>()).ShouldBe(ResponseOf(first));
        (await restarted.AcceptAsync(tenant, request, IntakeHost.Idempotent("k", """{"a":1}"""))).ShouldBeOfType<IntakeOutcome.KeyMismatch>();
        (await restarted.AcceptAsync(tenant, request, IntakeHost.Idempotent("k2"))).ShouldBeOfType<IntakeOutcome.Invalid>();
    }

    [Fact]
    public async Task What_is_refused_takes_no_key()
    {
        var tenant = await database.NewTenantAsync();
        (await host.AcceptAsync(tenant, IntakeHost.Request with { Channel = "fax" }, IntakeHost.Idempotent("k"))).ShouldBeOfType<IntakeOutcome.Invalid>();

        (await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent("k"))).ShouldBeOfType<IntakeOutcome.Accepted>();
    }

    [Fact]
    public async Task Several_keys_of_several_tenants_in_any_order_never_block_each_other()
    {
        var tenants = new[] { await database.NewTenantAsync(), await database.NewTenantAsync(), await database.NewTenantAsync() };
        var keys = Enumerable.Range(0, 20).ToArray();
        Random.Shared.Shuffle(keys);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? host : otherNode).AcceptAsync(tenants[i % 3], IntakeHost.Request, IntakeHost.Idempotent($"key-{keys[i * 7 % 20]}")))));

        outcomes.OfType<IntakeOutcome.Accepted>().Count().ShouldBe(60);
        outcomes.OfType<IntakeOutcome.Replayed>().Count().ShouldBe(540);
    }

    [Fact]
    public async Task Whenever_a_connection_is_cut_the_same_key_gets_what_became_of_it()
    {
        var tenant = await database.NewTenantAsync();
        var firstResponses = new ConcurrentDictionary<int, string>();
        var cut = 0;
        using var stop = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'notification-api' and state = 'active'");
        });
        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            for (; ; )
            {
                try
                {
                    var outcome = await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent($"key-{i}"));
                    firstResponses[i] = ResponseOf(outcome);
                    break;
                }
                catch (NpgsqlException)
                {
                    if (Interlocked.Increment(ref cut) > 200)
                        await stop.CancelAsync();
                }
            }
        });
        await stop.CancelAsync();
        await cutting;

        cut.ShouldBeGreaterThan(0);
        (await CountAsync("notifications", tenant)).ShouldBe(300);
        foreach (var (i, response) in firstResponses)
        {
            IntakeOutcome? again = null;
            // A connection that was cut may be noticed only now.
            await Eventually.TrueAsync(
                async () => await Record.ExceptionAsync(async () => again = await host.AcceptAsync(tenant, IntakeHost.Request, IntakeHost.Idempotent($"key-{i}"))) is null, TimeSpan.FromSeconds(90));
            ResponseOf(again!).ShouldBe(response);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await otherNode.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private static string ResponseOf(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Accepted accepted => Encoding.UTF8.GetString(accepted.Response),
        IntakeOutcome.Replayed replayed => replayed.Before.Response,
        _ => throw new InvalidOperationException($"there is no answer in {outcome}"),
    };

    private Task<long> CountAsync(string table, TenantId tenant) => database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = '{tenant}'");
}
