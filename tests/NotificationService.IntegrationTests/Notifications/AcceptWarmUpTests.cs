using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Notifications;

public sealed class AcceptWarmUpTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly IntakeHost host = new(database);

    [Fact]
    public async Task It_writes_what_a_single_send_writes_and_leaves_nothing_of_it()
    {
        string[] written = ["idempotency_keys", "deliveries"];
        foreach (var table in written)
            (await database.ScalarAsync<long>($"select pg_relation_size('{table}')")).ShouldBe(0);

        await Task.WhenAll(host.Service<IServiceProvider>().GetServices<IWarmUp>().Select(part => part.RunAsync(TestContext.Current.CancellationToken)));

        foreach (var table in written)
            (await database.ScalarAsync<long>($"select pg_relation_size('{table}')")).ShouldBeGreaterThan(0, $"{table} was written, and rolled back");
        foreach (var table in (string[])[.. written, "notifications", "timeline", "outbox"])
            (await database.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(0);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
