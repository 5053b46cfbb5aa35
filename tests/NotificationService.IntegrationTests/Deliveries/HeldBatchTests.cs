using Microsoft.Extensions.DependencyInjection;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.FakeProviders;
using Npgsql;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>Deliveries that a worker holds while somebody holds their batch.</summary>
public sealed class HeldBatchTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);

    private readonly AcceptedNotifications accepted = new(database);
    private readonly Guid batch = Guid.CreateVersion7();
    private TenantId tenant;

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("truncate deliveries, timeline, notifications, attempts");
        tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"insert into batches (tenant_id, id, live, created_at) values ('{tenant}', '{batch}', true, now())");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_being_begun_while_a_batch_is_held_is_either_begun_before_the_response_or_not_at_all()
    {
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var store = worker.Services.GetRequiredService<DeliveryStore>();
        await PlantAsync(3);
        var claimed = await store.ClaimAsync(100, new ClaimShares(), new LaneCursors(), new DueWatermarks(4, TimeProvider.System), LaneLimits.None, CancellationToken.None);
        claimed.Count(delivery => delivery.Batch == batch).ShouldBe(3);

        Task<IReadOnlyDictionary<DeliveryId, DateTimeOffset>> starting;
        await using (var holding = await database.Superuser.OpenConnectionAsync())
        await using (var transaction = await holding.BeginTransactionAsync())
        {
            await HoldAsync(holding);
            starting = store.StartAsync(claimed, CancellationToken.None);
            await Eventually.TrueAsync(async () => starting.IsCompleted || await database.ScalarAsync<long>(Waiting) == 1, Long);
            starting.IsCompleted.ShouldBeFalse("nobody knows yet whether the batch will be held");
            await transaction.CommitAsync();
        }

        (await starting).ShouldBeEmpty();

        await database.ExecuteAsync($"update batches set held = false where id = '{batch}'");
        (await store.StartAsync(claimed, CancellationToken.None)).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_written_as_begun_and_waits_for_its_turn_is_not_called_once_its_batch_is_held_even_if_the_database_cannot_say_so(bool responds)
    {
        var asItIs = await database.ScalarAsync<string>("select pg_get_functiondef('notification_meta.is_batch_stopped'::regproc)");
        await using var vendor = await FakeHttpProvider.StartAsync();
        // Slow enough that some always wait for their turn, and well, so that the breaker stays closed.
        vendor.Otherwise = _ => FakeResponse.Accept.After(TimeSpan.FromMilliseconds(300));
        await using var worker = WorkerHost.Create(database.ConnectionString, ("Notification:Delivery:Concurrency", "4"), ("Notification:Delivery:CallTimeout", "00:00:05"));
        await worker.AddSendGridAsync(tenant, vendor.BaseUrl);
        await PlantAsync(200);
        await worker.StartAsync();

        // Its turn may come just as the batch is held: then once more.
        var givenBack = 0;
        for (var round = 0; round < 10 && givenBack == 0; round++)
        {
            await database.ExecuteAsync(asItIs);
            await database.ExecuteAsync($"update batches set held = false where id = '{batch}'; update deliveries set due_at = now() where status = {{status.queued}}");
            await Eventually.TrueAsync(async () => (await BegunAndNotCalledAsync(vendor)).Count > 0, Long, () => $"{vendor.Calls.Count} calls");
            await using (var holding = await database.Superuser.OpenConnectionAsync())
            await using (var transaction = await holding.BeginTransactionAsync())
            {
                await HoldAsync(holding);
                if (!responds)
                    await NobodyKnowsAsync(holding);
                await transaction.CommitAsync();
            }

            var waiting = await BegunAndNotCalledAsync(vendor);
            await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from deliveries where status = {status.sending} and call_started_at is not null") == 0, Long);
            givenBack = waiting.Except(Called(vendor)).Count();
        }

        await database.ExecuteAsync(asItIs);
        givenBack.ShouldBeGreaterThan(0);
        (await database.ScalarAsync<long>("select count(*) from attempts")).ShouldBe(vendor.Calls.Count);
        await worker.StopAsync();
    }

    private static async Task NobodyKnowsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            create or replace function notification_meta.is_batch_stopped(tenant uuid, batch uuid) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as
            $$ begin raise exception 'nobody knows'; end $$
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<IReadOnlyList<Guid>> BegunAndNotCalledAsync(FakeHttpProvider vendor) =>
        [.. (await database.QueryAsync<Guid>("select id from deliveries where call_started_at is not null and status = {status.sending} and attempts = 1")).Except(Called(vendor))];

    private static HashSet<Guid> Called(FakeHttpProvider vendor) => [.. vendor.Calls.Select(call => Guid.Parse(call.Delivery))];

    private async Task PlantAsync(int count)
    {
        await accepted.PlantAsync(tenant, count, dueIn: TimeSpan.FromDays(1));
        await database.ExecuteAsync($"update deliveries set batch_id = '{batch}', status = {{status.queued}}, due_at = now() where tenant_id = '{tenant}'");
    }

    /// <summary>As a job is paused.</summary>
    private async Task HoldAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"update batches set held = true where id = '{batch}'; select pg_advisory_xact_lock(notification_meta.batch_lock('{batch}'))", connection);
        await command.ExecuteNonQueryAsync();
    }
}
