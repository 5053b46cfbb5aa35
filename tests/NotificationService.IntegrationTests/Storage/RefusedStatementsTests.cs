using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Credentials;
using NotificationService.Telemetry;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>What a worker runs all the time is refused again and again, in each of the ways there are, and the process goes on.</summary>
public sealed class RefusedStatementsTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Times = 20;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(180);
    private static readonly string[] Tables = ["deliveries", "outbox", "receipts", "webhook_messages", "batch_changes", "bulk_jobs"];
    private static readonly string[] Claims = ["delivery_claim", "lease_rescue", "event_relay_shard", "receipt_apply", "webhook_claim", "batch_counts", "bulk_slice"];

    private readonly AcceptedNotifications accepted = new(database);

    public async ValueTask InitializeAsync()
    {
        // So that what a table is locked for is given up soon; of connections that are made from now on.
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        await database.ExecuteAsync($"alter database {name} set lock_timeout = '200ms'");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task No_statement_that_fails_twenty_times_ends_the_process_or_keeps_it_from_going_on()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = WorkerHost.Create(database.ConnectionString);
        var tenant = await database.NewTenantAsync();
        await worker.AddSandboxAsync(tenant, NotificationService.Channels.ChannelKind.Email);
        await new PlantedEndpoints(database, worker.Services.GetRequiredService<CredentialVault>()).PlantAsync(tenant, receiver["/all"], events: "delivery.sent");
        var heartbeats = worker.Services.GetRequiredService<Heartbeats>();

        // Locked from the start: what is prepared for the first time fails as it is being prepared.
        await using (await LockAsync())
        {
            await worker.StartAsync();
            await FailAsync(heartbeats, Claims);
        }

        await WorksAsync();

        await using (await LockAsync())
            await FailAsync(heartbeats, Claims, CancelAllAsync);
        await WorksAsync();

        var grants = await database.ScalarAsync<string>("select string_agg(format('%s=%s', relname, relacl), ';') from pg_class where relname = any ($1)", new NpgsqlParameter<string[]> { TypedValue = Tables });
        grants.ShouldNotBeEmpty();
        await database.ExecuteAsync("create table kept as select oid, relacl::text as acl from pg_class where relname = any ($1)", new NpgsqlParameter<string[]> { TypedValue = Tables });
        await database.ExecuteAsync($"revoke all on {string.Join(", ", Tables)} from notification_worker");
        await FailAsync(heartbeats, ["delivery_claim", "lease_rescue", "event_relay_shard", "receipt_apply", "webhook_claim"]);
        await database.ExecuteAsync("update pg_class c set relacl = kept.acl::aclitem[] from kept where kept.oid = c.oid");
        await WorksAsync();

        foreach (var (step, table, on, when) in ((string, string, string, string)[])
        [
            ("delivery_start", "deliveries", "update", "when (old.call_started_at is null and new.call_started_at is not null)"),
            ("delivery_complete", "attempts", "insert", ""),
            ("webhook_complete", "webhook_attempts", "insert", ""),
        ])
        {
            await database.ExecuteAsync(
                $"""
                create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '55P03'; end $$;
                create trigger refuse before {on} on {table} for each row {when} execute function refuse()
                """);
            await accepted.PlantAsync(tenant, 40);
            await FailAsync(heartbeats, [step]);
            await database.ExecuteAsync($"drop trigger refuse on {table}");
            await WorksAsync();
        }

        worker.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        await worker.StopAsync();

        async Task WorksAsync()
        {
            var another = await accepted.PlantAsync(tenant, 40);
            var ids = another.Select(delivery => delivery.Value).ToHashSet();
            await Eventually.TrueAsync(() => ids.IsSubsetOf(receiver.On("/all").Select(message => message.Delivery).ToHashSet()), Long);
            foreach (var service in worker.Services.GetServices<IHostedService>().OfType<BackgroundService>())
                service.ExecuteTask!.IsCompleted.ShouldBeFalse(service.GetType().Name);
        }
    }

    private async Task<NpgsqlConnection> LockAsync()
    {
        var holder = new NpgsqlConnection(database.Cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!) + ";Pooling=false");
        await holder.OpenAsync();
        await using var command = new NpgsqlCommand($"set lock_timeout = 0; begin; lock table {string.Join(", ", Tables)} in access exclusive mode", holder);
        await command.ExecuteNonQueryAsync();
        return holder;
    }

    private Task<int> CancelAllAsync() =>
        database.ExecuteAsync("select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'notification-worker' and wait_event_type = 'Lock'");

    private static async Task FailAsync(Heartbeats heartbeats, string[] steps, Func<Task<int>>? meanwhile = null)
    {
        var before = heartbeats.Steps.ToDictionary(step => step.Name, step => step.Failed);
        await Eventually.TrueAsync(
            async () =>
            {
                if (meanwhile is not null)
                    await meanwhile();
                return Array.TrueForAll(steps, name => Failed(name) >= Times);
            },
            Long,
            () => string.Join(", ", steps.Select(name => $"{name} {Failed(name)}")));

        long Failed(string name) => (heartbeats.Steps.SingleOrDefault(step => step.Name == name)?.Failed ?? 0) - before.GetValueOrDefault(name);
    }
}
