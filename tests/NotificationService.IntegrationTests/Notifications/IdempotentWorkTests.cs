using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Notifications;

/// <summary>Work under a key; here it opens a batch each time it is done.</summary>
public sealed class IdempotentWorkTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private static readonly byte[] Response = "{\"done\":true}"u8.ToArray();

    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task What_is_cut_off_between_the_change_and_the_response_leaves_neither()
    {
        var tenant = await database.NewTenantAsync();

        await Should.ThrowAsync<NpgsqlException>(() => RunAsync(
            tenant, "k", Response, connection => database.ExecuteAsync($"select pg_terminate_backend({connection.ProcessID})")));

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0));
        IdempotentOutcome<int>? again = null;
        // A connection that was cut may be noticed only now.
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => again = await RunAsync(tenant, "k", Response)) is null, TimeSpan.FromSeconds(90));
        again.ShouldBeOfType<IdempotentOutcome<int>.Done>();
        (await RunAsync(tenant, "k", Response)).ShouldBeOfType<IdempotentOutcome<int>.Replayed>().Before.Response.ShouldBe("{\"done\":true}");
        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_is_refused_is_undone_and_takes_no_key()
    {
        var tenant = await database.NewTenantAsync();

        (await RunAsync(tenant, "k", response: null)).ShouldBeOfType<IdempotentOutcome<int>.Refused>();

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((0, 0));
        (await RunAsync(tenant, "k", Response)).ShouldBeOfType<IdempotentOutcome<int>.Done>();
    }

    [Fact]
    public async Task Of_many_at_once_one_does_it_and_the_others_hear_its_response_or_that_the_key_is_anothers()
    {
        var (tenant, other) = (await database.NewTenantAsync(), await database.NewTenantAsync());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => RunAsync(tenant, "k", Response, body: i % 2 == 0 ? """{"a":1}""" : """{"a":2}"""))));

        outcomes.OfType<IdempotentOutcome<int>.Done>().Count().ShouldBe(1);
        outcomes.OfType<IdempotentOutcome<int>.Replayed>().Count().ShouldBe(19);
        outcomes.OfType<IdempotentOutcome<int>.KeyMismatch>().Count().ShouldBe(20);
        (await CountAsync("batches", tenant)).ShouldBe(1);
        (await RunAsync(other, "k", Response)).ShouldBeOfType<IdempotentOutcome<int>.Done>();
    }

    [Fact]
    public async Task Without_a_key_nothing_is_kept()
    {
        var tenant = await database.NewTenantAsync();

        (await RunAsync(tenant, null, Response)).ShouldBeOfType<IdempotentOutcome<int>.Done>();
        (await RunAsync(tenant, null, Response)).ShouldBeOfType<IdempotentOutcome<int>.Done>();

        (await CountAsync("batches", tenant), await CountAsync("idempotency_keys", tenant)).ShouldBe((2, 0));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        (await new Invariants(database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private Task<IdempotentOutcome<int>> RunAsync(TenantId tenant, string? key, byte[]? response, Func<NpgsqlConnection, Task>? afterwards = null, string body = "{}") =>
        host.Service<IdempotentWork>().RunAsync(
            tenant, key is null ? null : IntakeHost.Idempotent(key, body), 200,
            async connection =>
            {
                await using var batch = TenantBatch.Within(connection);
                batch.Add(
                    tenant, "insert into batches (tenant_id, id, live, created_at) values ($1, $2, true, now())",
                    new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = database.Ids.Next() });
                await batch.RunAsync(null, CancellationToken.None);
                if (afterwards is not null)
                    await afterwards(connection);
                return (1, response);
            },
            CancellationToken.None);

    private Task<long> CountAsync(string table, TenantId tenant) => database.ScalarAsync<long>($"select count(*) from {table} where tenant_id = '{tenant}'");
}
