using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>What a worker runs all the time is refused again and again, in each of the ways there are, and the process goes on.</summary>
public sealed class RefusedStatementsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(180);
    private static readonly string[] Tables = ["deliveries", "outbox", "receipts", "webhook_messages", "batch_changes", "bulk_jobs"];
    private static readonly string[] Claims = ["delivery_claim", "lease_rescue", "event_relay_shard", "receipt_apply", "webhook_claim", "batch_counts", "bulk_row_range"];

    private readonly AcceptedNotifications accepted = new(database);
    private readonly Refusals refusals = new(database);

    [Fact]
    public async Task No_statement_that_fails_twenty_times_ends_the_process_or_keeps_it_from_going_on()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = await RefusedWorker.CreateAsync(database, receiver, givesUpSoon: false);

        // Locked from the start: what is prepared for the first time fails as it is being prepared.
        await using (await refusals.LockAsync(Tables))
        {
            await worker.Host.StartAsync();
            await worker.FailAsync(Claims);
        }

        await worker.WorksAsync();

        await using (await refusals.LockAsync(Tables))
            await worker.FailAsync(Claims, meanwhile: refusals.CancelWaitingAsync);
        await worker.WorksAsync();

        await using (await refusals.RevokeAsync(Tables))
            await worker.FailAsync(["delivery_claim", "lease_rescue", "event_relay_shard", "receipt_apply", "webhook_claim"], "42501");
        await worker.WorksAsync();

        foreach (var (step, table, on, when) in ((string, string, string, string)[])
        [
            ("delivery_start", "deliveries", "update", "when (old.call_started_at is null and new.call_started_at is not null)"),
            ("delivery_complete", "attempts", "insert", ""),
            ("webhook_complete", "webhook_attempts", "insert", ""),
        ])
        {
            await RefuseAsync($"before {on} on {table} for each row {when}");
            await accepted.PlantAsync(worker.Tenant, 40);
            await worker.FailAsync([step], meanwhile: worker.DueNowAsync);
            await database.ExecuteAsync($"drop trigger refuse on {table}");
            await worker.WorksAsync();
        }

        await worker.StopAsync();
    }

    [Fact]
    public async Task No_statement_that_is_given_up_after_its_time_twenty_times_does_either()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = await RefusedWorker.CreateAsync(database, receiver, givesUpSoon: true);

        await using (await refusals.LockAsync(Tables))
        {
            await worker.Host.StartAsync();
            // The relay has a deadline of its own, of seconds: twenty of them would take minutes.
            await worker.FailAsync([.. Claims.Where(step => step != "event_relay_shard")], "57014");
        }

        await worker.WorksAsync();
        await worker.StopAsync();
    }

    [Fact]
    public async Task Nor_does_counting_what_is_prepared_alone_and_health_says_so()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = await RefusedWorker.CreateAsync(database, receiver, givesUpSoon: false);
        await RefuseAsync("before update on deliveries for each row when (old.rescues = 2 and new.rescues > 2)");
        await accepted.PlantAsync(worker.Tenant, 40);
        await database.ExecuteAsync($"update deliveries set rescues = 2 where tenant_id = '{worker.Tenant}'");

        await worker.Host.StartAsync();

        await worker.FailAsync(["delivery_isolate"], "55P03");
        await database.ExecuteAsync("drop trigger refuse on deliveries");
        await worker.WorksAsync();
        await worker.StopAsync();
    }

    [Fact]
    public async Task A_suppression_that_is_refused_twenty_times_is_written_in_the_end()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var worker = await RefusedWorker.CreateAsync(database, receiver, givesUpSoon: false);
        await RefuseAsync("before insert on suppressions for each row");
        await worker.Host.StartAsync();
        await accepted.PlantAsync(worker.Tenant, 1, email: "ann+bounce@example.com");

        await worker.FailAsync(["receipt_apply"], "55P03");
        await database.ExecuteAsync("drop trigger refuse on suppressions");

        await worker.WorksAsync();
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>($"select count(*) from suppressions where tenant_id = '{worker.Tenant}'") == 1, Long);
        await worker.StopAsync();
    }

    private Task<int> RefuseAsync(string on) => database.ExecuteAsync(
        $"""
        create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '55P03'; end $$;
        create trigger refuse {on} execute function refuse()
        """);
}
