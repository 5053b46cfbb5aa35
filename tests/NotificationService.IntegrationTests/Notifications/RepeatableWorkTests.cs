using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Work under a key; here it opens a batch each time it is done.</summary>
public sealed class RepeatableWorkTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private static readonly byte[] Answer = "{\"done\":true}"u8.ToArray();

    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task What_is_cut_off_between_the_change_and_the_answer_leaves_neither()
    {
        var tenant = await database.NewTenantAsync();

        await Should.ThrowAsync<NpgsqlException>(() => RunAsync(
            tenant, "k", Answer, connection => database.ExecuteAsync($"select pg_terminate_backend({connection.ProcessID})")));

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0));
        RepeatableOutcome<int>? again = null;
        // A connection that was cut may be noticed only now.
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => again = await RunAsync(tenant, "k", Answer)) is null, TimeSpan.FromSeconds(90));
        again.ShouldBeOfType<RepeatableOutcome<int>.Done>();
        (await RunAsync(tenant, "k", Answer)).ShouldBeOfType<RepeatableOutcome<int>.Replayed>().Before.Answer.ShouldBe("{\"done\":true}");
        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_is_refused_is_undone_and_takes_no_key()
    {
        var tenant = await database.NewTenantAsync();

        (await RunAsync(tenant, "k", answer: null)).ShouldBeOfType<RepeatableOutcome<int>.Refused>();

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0));
        (await RunAsync(tenant, "k", Answer)).ShouldBeOfType<RepeatableOutcome<int>.Done>();
    }

    [Fact]
    public async Task Of_many_at_once_one_does_it_and_the_others_hear_its_answer_or_that_the_key_is_anothers()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => RunAsync(tenant, "k", Answer, body: i % 2 == 0 ? """{"a":1}""" : """{"a":2}"""))));

        outcomes.OfType<RepeatableOutcome<int>.Done>().Count().ShouldBe(1);
        outcomes.OfType<RepeatableOutcome<int>.Replayed>().Count().ShouldBe(19);
        outcomes.OfType<RepeatableOutcome<int>.KeyMismatch>().Count().ShouldBe(20);
        (await CountAsync("batches", tenant)).ShouldBe(1);
        (await RunAsync(other, "k", Answer)).ShouldBeOfType<RepeatableOutcome<int>.Done>();
    }

    [Fact]
    public async Task Without_a_key_nothing_is_kept()
    {
        var tenant = await database.NewTenantAsync();

        (await RunAsync(tenant, null, Answer)).ShouldBeOfType<RepeatableOutcome<int>.Done>();
        (await RunAsync(tenant, null, Answer)).ShouldBeOfType<RepeatableOutcome<int>.Done>();

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((2, 0));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private Task<RepeatableOutcome<int>> RunAsync(TenantId tenant, string? key, byte[]? answer, Func<NpgsqlConnection, Task>? afterwards = null, string body = "{}") =>
        host.Service<RepeatableWork>().RunAsync(
            tenant, key is null ? null : IntakeHost.Repeatable(key, body), 200,
            async connection =>
            {
                await using var batch = TenantBatch.Within(connection);
                batch.Add(
                    tenant, "insert into batches (tenant_id, id, live, created_at) values ($1, $2, true, now())",
                    new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = database.Ids.Next() });
                await batch.RunAsync(null, CancellationToken.None);
                if (afterwards is not null)
                    await afterwards(connection);
                return (1, answer);
            },
            CancellationToken.None);

    private Task<long> CountAsync(string table, TenantId tenant) => database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = '{tenant}'");
}
