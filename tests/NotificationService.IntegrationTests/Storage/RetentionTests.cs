using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Quotas;
using NotificationService.RateLimits;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>
/// Every table has a rule that says how long its rows are kept, and what is past its time goes (docs/retention.md). What removes it is the periodic task
/// that the service registers, started here by itself: a purge that nobody calls fails.
/// </summary>
public sealed class RetentionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string KeptUntilDeleted = "kept until somebody deletes it";
    private const string Months = "whole months are dropped";
    private const string WithBatch = "goes with its batch";
    private const string Purged = "purged by age";

    // The periodic tasks, by their class.
    private const string Deliveries = "DeliveryMaintenance";
    private const string Outbox = "OutboxMaintenance";
    private const string Webhooks = "WebhookMaintenance";
    private const string Retention = "RetentionPurge";
    private const string RateLimits = "RateLimitMaintenance";
    private const string Quotas = "QuotaMaintenance";
    private const string Inbox = "InboxMaintenance";
    private const string Realtime = "RealtimeMaintenance";
    private const string Ledger = "LedgerMaintenance";
    private const string Bulk = "BulkRunner";
    private const string Cancels = "FilteredCanceller";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private static readonly Dictionary<string, string> Rules = new(StringComparer.Ordinal)
    {
        ["tenants"] = KeptUntilDeleted,
        ["tenant_settings"] = KeptUntilDeleted,
        ["retention_marks"] = "a row for each tenant and channel",
        ["retention_left"] = "goes when its notification has ended",
        ["tenant_erasures"] = "a receipt for each tenant that was removed, kept for good",
        ["users"] = KeptUntilDeleted,
        ["outside_people"] = "goes with its user",
        ["service_accounts"] = KeptUntilDeleted,
        ["invitation_counts"] = "one row for each tenant",
        ["templates"] = KeptUntilDeleted,
        ["template_versions"] = KeptUntilDeleted,
        ["template_fragments"] = KeptUntilDeleted,
        ["template_version_fragments"] = KeptUntilDeleted,
        ["shared_template_fragments"] = KeptUntilDeleted,
        ["providers"] = KeptUntilDeleted,
        ["provider_credentials"] = "goes with its provider",
        ["provider_suspensions"] = "goes when the provider is corrected, or with it; one row each",
        ["provider_rates"] = "one row for each provider, goes with it",
        ["webhook_endpoints"] = KeptUntilDeleted,
        ["event_rules"] = KeptUntilDeleted,
        ["recipient_erasures"] = "a receipt for each person who was erased, without who it was, kept until the tenant goes; one that found nothing goes after a day",
        ["recipients"] = KeptUntilDeleted,
        ["recipient_devices"] = "twenty of a person, go with it",
        ["recipient_directories"] = "two rows for each tenant",
        ["topics"] = KeptUntilDeleted,
        ["topic_subscriptions"] = KeptUntilDeleted,
        ["topic_directories"] = "two rows for each tenant",
        ["notification_cancels"] = Purged,
        ["topic_sends"] = WithBatch,
        ["topic_send_people"] = "goes when its send is over",
        ["inbox_users"] = "one row for each user to whom something came",
        ["inbox_items"] = Purged,
        ["realtime_heads"] = "one row for each tenant that published",
        ["realtime_events"] = Purged,
        ["stream_tickets"] = Purged,
        ["presence_nodes"] = "one row for each process that people were connected to, gone for a day at most",
        ["presence"] = "goes with the connection, or with the process that had it",
        ["presence_users"] = Purged,
        ["kafka_shards"] = "a fixed number of rows",
        ["notifications"] = Months,
        ["timeline"] = Months,
        ["attempts"] = Months,
        ["engagements"] = Months,
        ["webhook_attempts"] = Months,
        ["batches"] = WithBatch,
        ["batch_chunks"] = WithBatch,
        ["batch_changes"] = WithBatch,
        ["batch_counts"] = WithBatch,
        ["ledger_changes"] = "gathered within seconds",
        ["ledger_counts"] = Purged,
        ["bulk_jobs"] = WithBatch,
        ["bulk_row_ranges"] = WithBatch,
        ["bulk_errors"] = WithBatch,
        ["deliveries"] = Purged,
        ["idempotency_keys"] = Purged,
        ["receipts"] = Purged,
        // One that holds is kept for ever: forgetting it would write to somebody who must not be written to.
        ["suppressions"] = Purged,
        ["events"] = Purged,
        // What can be published goes with it; this is what was dead-lettered.
        ["outbox"] = Purged,
        ["kafka_messages"] = Purged,
        ["webhook_messages"] = Purged,
        ["webhook_replays"] = Purged,
        ["webhook_secrets"] = Purged,
        ["rate_limits"] = Purged,
        ["daily_counts"] = Purged,
        ["refresh_tokens"] = Purged,
        ["ended_tokens"] = Purged,
        ["user_imports"] = Purged,
        ["user_import_rows"] = "goes with its file",
        ["sandbox_messages"] = Purged,
        ["audit_log"] = Purged,
        ["sign_in_places"] = "twenty of a person, go with it",
        ["totp_secrets"] = "one row for each person, goes with the second factor",
        ["recovery_codes"] = "ten of a second factor, go with it",
        ["one_time_tokens"] = Purged,
        // What the intake has is removed at once; this is what nobody could send.
        ["notices"] = Purged,
        ["lookups"] = KeptUntilDeleted,
        ["categories"] = KeptUntilDeleted,
        ["recipient_preferences"] = KeptUntilDeleted,
        ["system_lookups"] = "a fixed number of rows",
        ["audit_heads"] = "one row for each tenant, goes with it",
    };

    /// <summary>How a row is planted, with {tenant}, {id}, which is as old as the row, and {at}; the ages of one that goes and of one that stays; and what purges.</summary>
    private static readonly Dictionary<string, Purge> Purges = new(StringComparer.Ordinal)
    {
        ["deliveries"] = new("tenant_id, id, channel, priority, status, due_at", "'{tenant}', '{id}', 1, 2, 50, now()", Days(91), Days(89), Deliveries),
        ["idempotency_keys"] = new(
            "tenant_id, key_hash, fingerprint, status_code, response, expires_at", "'{tenant}', uuid_send('{id}'), '', 202, '{id}', {at}", Hours(1), Hours(-1),
            Deliveries, "response"),
        ["receipts"] = new(
            "tenant_id, provider_id, dedupe_hash, id, kind, state, occurred_at, received_at, next_try_at, flags", "'{tenant}', '{tenant}', sha256(uuid_send('{id}')), '{id}', 1, 2, now(), {at}, now(), 0",
            Days(31), Days(29), Deliveries),
        ["suppressions"] = new("tenant_id, id, channel, address, reason, created_at, expires_at", "'{tenant}', '{id}', 1, '{id}', 5, now(), {at}", Days(31), Days(29), Deliveries),
        ["events"] = new("tenant_id, id, type, subject, occurred_at, data", "'{tenant}', '{id}', 'a.b', '{id}', {at}, '{}'", Days(31), Days(29), Outbox),
        ["outbox"] = new("shard, tenant_id, subject, seq", "100, '{tenant}', '{id}', 0", Days(31), Days(29), Outbox, "subject"),
        ["kafka_messages"] = new("shard, tenant_id, key, payload, created_at", "0, '{tenant}', '{id}', '', {at}", Days(31), Days(29), Outbox, "key"),
        ["webhook_messages"] = new(
            "id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, due_at, created_at", "'{id}', '{tenant}', '{tenant}', '{id}', 'a.b', '{id}', 1, now(), '', 2, now(), {at}",
            Days(31), Days(29), Webhooks),
        ["webhook_replays"] = new(
            "tenant_id, id, endpoint_id, mode, since, until, reached, state, created_at", "'{tenant}', '{id}', '{tenant}', 1, now(), now(), now(), 2, {at}", Days(31), Days(29),
            Webhooks),
        ["webhook_secrets"] = new("tenant_id, endpoint_id, field, key_id, sealed, created_at, retires_at", "'{tenant}', '{tenant}', '{id}', 'k', '', now(), {at}", Hours(1), Hours(-1), Retention, "field"),
        ["rate_limits"] = new("subject, second, counts", "'{id}', floor(extract(epoch from {at})), array_fill(1::bigint, '{61}')", Hours(2), TimeSpan.FromMinutes(50), RateLimits, "subject"),
        ["ledger_counts"] = new("tenant_id, hour, live, channel, status, accepted, n", "'{id}', notification_meta.hour_of('{id}'), true, 1, 40, 1, 1", Days(91), Days(89), Ledger, "tenant_id"),
        ["daily_counts"] = new("tenant_id, day, counter, taken", "'{tenant}', {at}::date, '{id}', 1", Days(5), Days(1), Quotas, "counter"),
        ["realtime_events"] = new("tenant_id, sequence, id, type, audience, data, created_at", "'{tenant}', (select count(*) + 1 from realtime_events), '{id}', 'a.b', '[]', '{}', {at}", Hours(25), Hours(23), Realtime),
        ["notification_cancels"] = new("tenant_id, id, live, state, until_id, created_at, ended_at", "'{tenant}', '{id}', true, 2, '{id}', {at}, {at}", Days(31), Days(29), Cancels),
        ["stream_tickets"] = new("tenant_id, id, expires_at", "'{tenant}', '{id}', {at}", Hours(1), Hours(-1), Retention),
        ["presence_users"] = new("tenant_id, user_id, is_online, last_seen_at", "'{tenant}', '{id}', false, {at}", Days(31), Days(29), Realtime, "user_id"),
        // Deleted and without content; what is deleted by its age is a test of its own.
        ["inbox_items"] = new(
            "tenant_id, user_id, id, version, arrived_version, arrived_at, created_at, read_set_at, archived_set_at, deleted_at, priority, title, body",
            "'{tenant}', 'ann', '{id}', 1, 1, now(), now(), now(), now(), {at}, 2, '', ''", Days(31), Days(29), Inbox),
        ["refresh_tokens"] = new("id, tenant_id, account_id, family_hash, current_hash, created_at, expires_at", "'{id}', '{tenant}', '{tenant}', '', '', now(), {at}", Hours(1), Hours(-1), Retention),
        ["user_imports"] = new(
            "tenant_id, id, by_kind, by_id, by_roles, rows, created_at, next_at, ended_at", "'{tenant}', '{id}', 1, '{id}', array[]::text[], 1, {at}, now(), now()", Days(31), Days(29), Retention),
        ["ended_tokens"] = new("tenant_id, subject, version, is_sign_in, ended_at", "'{tenant}', '{id}', 1, false, {at}", Hours(3), Hours(1), Retention, "subject"),
        ["sandbox_messages"] = new(
            "id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at", "'{id}', '{tenant}', '{tenant}', '{id}', 1, 1, 'a@b.c', '{}', 'delivered', {at}",
            Days(8), Days(6), Retention),
        ["one_time_tokens"] = new(
            "tenant_id, id, account_id, kind, hash, created_at, expires_at", "'{tenant}', '{id}', '{tenant}', 1, '', now(), {at}", Hours(2), TimeSpan.FromMinutes(50), Retention),
        ["notices"] = new("tenant_id, id, template, key_id, sealed, created_at, due_at", "'{tenant}', '{id}', 't', 'k', '', {at}, now()", Days(4), Days(2), Retention),
        ["audit_log"] = new("id, tenant_id, at, actor_kind, action, target", "'{id}', '{tenant}', {at}, 'system', 'x', 'x'", Days(401), Days(399), Retention),
    };

    public static TheoryData<string> PurgedTables => [.. Purges.Keys];

    [Fact]
    public async Task Every_table_of_the_schema_has_a_rule_and_every_rule_a_table()
    {
        var tables = await database.QueryAsync<string>("select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition order by 1");

        tables.Except(Rules.Keys).ShouldBeEmpty("a new table needs a rule here and a line in docs/retention.md");
        Rules.Keys.Except(tables).ShouldBeEmpty();
        Rules.Where(rule => rule.Value == Purged).Select(rule => rule.Key).Order().ShouldBe(Purges.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(PurgedTables))]
    public async Task A_row_that_is_too_old_goes_and_a_young_one_stays(string table)
    {
        var (tenant, purge) = (await TenantAsync(), Purges[table]);
        var old = await PlantAsync(table, purge, tenant, purge.Old);
        var young = await PlantAsync(table, purge, tenant, purge.Young);

        await UntilGoneAsync(purge.Task, table, purge.Key, old);

        (await IsThereAsync(table, purge.Key, young)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_suppression_that_holds_stays_for_ever()
    {
        var (tenant, id) = (await TenantAsync(), database.Ids.Next());
        await database.ExecuteAsync($"insert into suppressions (tenant_id, id, channel, address, reason, created_at) values ('{tenant}', '{id}', 1, 'a@b.c', 1, now() - interval '9 years')");
        var lifted = await PlantAsync("suppressions", Purges["suppressions"], tenant, Days(31));

        await UntilGoneAsync(Deliveries, "suppressions", "id", lifted);

        (await IsThereAsync("suppressions", "id", id)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_past_its_retention_goes_whole_however_many_batches_that_takes()
    {
        var tenant = await TenantAsync();
        await database.ExecuteAsync($"""
            insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at)
            select gen_random_uuid(), '{tenant}', '{tenant}', '{tenant}', 1, 1, 'a@b.c', '{"{}"}', 'delivered', now() - interval '8 days' from generate_series(1, 2500)
            """);

        await UntilAsync(Retention, async () => await database.ScalarAsync<long>($"select count(*) from sandbox_messages where tenant_id = '{tenant}'") == 0);
    }

    [Theory]
    [InlineData("notifications", "tenant_id, id, live, priority, recipient, created_at", "'{tenant}', '{id}', true, 2, '{}', now()", "id", Deliveries)]
    [InlineData("timeline", "tenant_id, delivery_id, seq, status, at", "'{tenant}', '{id}', 1, 50, now()", "delivery_id", Deliveries)]
    [InlineData("attempts", "tenant_id, delivery_id, number, outcome, started_at", "'{tenant}', '{id}', 1, 1, now()", "delivery_id", Deliveries)]
    [InlineData("engagements", "tenant_id, delivery_id, id, kind, at", "'{tenant}', '{id}', '{id}', 1, now()", "delivery_id", Deliveries)]
    [InlineData("webhook_attempts", "tenant_id, message_id, endpoint_id, number, started_at, duration_ms, outcome, request_headers", "'{tenant}', '{id}', '{tenant}', 1, now(), 1, 1, '{}'", "message_id", Webhooks)]
    public async Task A_month_that_is_too_old_is_dropped_and_a_young_one_stays(string table, string columns, string values, string key, string task)
    {
        var purge = new Purge(columns, values, Days(200), Days(1), task, key);
        var tenant = await TenantAsync();
        await database.ExecuteAsync($"""
            do $$ declare began timestamptz := date_trunc('month', now() - interval '200 days', 'utc'); begin
                execute format('create table %I partition of {table} for values from (%L) to (%L)', '{table}' || to_char(began at time zone 'utc', '"_y"YYYY"m"MM'),
                    notification_meta.uuid_floor(began), notification_meta.uuid_floor(began + interval '1 month'));
                execute format('alter table %I owner to %I', '{table}' || to_char(began at time zone 'utc', '"_y"YYYY"m"MM'), (select tableowner from pg_tables where tablename = '{table}'));
            end $$
            """);
        var old = await PlantAsync(table, purge, tenant, purge.Old);
        var young = await PlantAsync(table, purge, tenant, purge.Young);

        await UntilGoneAsync(task, table, key, old);

        (await IsThereAsync(table, key, young)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_old_batch_goes_with_all_that_belongs_to_it_and_a_young_one_stays_with_all_of_its_own()
    {
        var (tenant, old, young) = (await TenantAsync(), database.Ids.Next(), database.Ids.Next());
        foreach (var (id, age) in (IEnumerable<(Guid, int)>)[(old, 95), (young, 85)])
        {
            await database.ExecuteAsync($"""
                insert into batches (tenant_id, id, live, state, created_at, closed_at, ended_at) values ('{tenant}', '{id}', true, 2, now() - interval '{age} days', now() - interval '{age} days', now() - interval '{age} days');
                insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, response) values ('{tenant}', '{id}', 0, '', '{id}', 1, 1, 0, 0, '{"{}"}');
                insert into batch_changes (tenant_id, batch_id, status, delta) values ('{tenant}', '{id}', 50, 1);
                insert into batch_counts (tenant_id, batch_id, status, n) values ('{tenant}', '{id}', 50, 1);
                insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at, ended_at)
                values ('{tenant}', '{id}', '{tenant}', true, 5, 1, false, '{"{}"}', '[]', '[]', ',', 'utf-8', now() - interval '{age} days', now() - interval '{age} days');
                insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) values ('{tenant}', '{id}', 0, '{id}', 0, array[2], '[]');
                insert into bulk_errors (tenant_id, job_id, line, number, index, code, message) values ('{tenant}', '{id}', 2, 0, 0, 'x', 'x');
                insert into topic_sends (tenant_id, id, account_id, live, state, topics, from_keys, before_keys, several, settings, people_gone, created_at, ended_at)
                values ('{tenant}', '{id}', '{tenant}', true, 2, '{"{}"}', '{"{}"}', '{"{}"}', false, '{"{}"}', true, now() - interval '{age} days', now() - interval '{age} days');
                """);
        }

        await UntilGoneAsync(Deliveries, "batches", "id", old);

        foreach (var table in Rules.Where(rule => rule.Value == WithBatch).Select(rule => rule.Key))
        {
            var key = table switch { "batches" or "bulk_jobs" or "topic_sends" => "id", "bulk_row_ranges" or "bulk_errors" => "job_id", _ => "batch_id" };
            (await IsThereAsync(table, key, old)).ShouldBeFalse(table);
            (await IsThereAsync(table, key, young)).ShouldBeTrue(table);
        }
    }

    [Fact]
    public async Task Rows_of_a_file_go_thirty_days_after_its_job_has_ended_and_the_job_stays()
    {
        var (tenant, old, young) = (await TenantAsync(), database.Ids.Next(), database.Ids.Next());
        foreach (var (id, age) in (IEnumerable<(Guid, int)>)[(old, 31), (young, 29)])
        {
            await database.ExecuteAsync($"""
                insert into bulk_jobs (tenant_id, id, account_id, live, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at, ended_at, row_ranges)
                values ('{tenant}', '{id}', '{tenant}', true, 5, 1, false, '{"{}"}', '[]', '[]', ',', 'utf-8', now() - interval '{age} days', now() - interval '{age} days', 1);
                insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) values ('{tenant}', '{id}', 0, '{id}', 0, array[2], '[]');
                insert into bulk_errors (tenant_id, job_id, line, number, index, code, message) values ('{tenant}', '{id}', 2, 0, 0, 'x', 'x');
                """);
        }

        await UntilGoneAsync(Bulk, "bulk_row_ranges", "job_id", old);

        (await IsThereAsync("bulk_errors", "job_id", old)).ShouldBeFalse();
        (await IsThereAsync("bulk_jobs", "id", old)).ShouldBeTrue();
        foreach (var table in (string[])["bulk_row_ranges", "bulk_errors"])
            (await IsThereAsync(table, "job_id", young)).ShouldBeTrue(table);
    }

    private async Task<TenantId> TenantAsync()
    {
        var tenant = await database.NewTenantAsync();
        await database.ExecuteAsync($"""
            insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at) values ('{tenant}', '{tenant}', 'ann', 'a@b.c', 'A@B.C', 'Ann', '{"{}"}', '', now());
            insert into webhook_endpoints (tenant_id, id, url, events, payload, headers, enabled, revision, created_at, updated_at) values ('{tenant}', '{tenant}', 'https://a.b/', '{"{}"}', 1, '{"{}"}', true, 1, now(), now());
            """);
        return tenant;
    }

    private async Task<Guid> PlantAsync(string table, Purge purge, TenantId tenant, TimeSpan age)
    {
        var at = TimeProvider.System.GetUtcNow() - age;
        var id = Guid.CreateVersion7(at);
        var values = purge.Values.Replace("{tenant}", tenant.ToString(), StringComparison.Ordinal).Replace("{id}", id.ToString(), StringComparison.Ordinal)
            .Replace("{at}", $"'{at:O}'::timestamptz", StringComparison.Ordinal);
        await database.ExecuteAsync($"insert into {table} ({purge.Columns}) values ({values})");
        return id;
    }

    private Task<bool> IsThereAsync(string table, string key, Guid id) => database.ScalarAsync<bool>($"select exists (select from {table} where {key}::text = '{id}')");

    private Task UntilGoneAsync(string task, string table, string key, Guid id) => UntilAsync(task, async () => !await IsThereAsync(table, key, id));

    /// <summary>Starts one task of those that the service registers, alone, and waits until it has done that.</summary>
    private async Task UntilAsync(string task, Func<Task<bool>> isDone)
    {
        await using var worker = WorkerHost.CreateWith(database.ConnectionString, static (services, _) => services.AddRateLimits().AddQuotaMaintenance());
        var hosted = worker.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == task);
        await hosted.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(isDone, Ample, () => $"{task} did not do it");
        await hosted.StopAsync(CancellationToken.None);
    }

    private static TimeSpan Days(int days) => TimeSpan.FromDays(days);

    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);

    /// <param name="Key">The column that shows the row by its id.</param>
    private sealed record Purge(string Columns, string Values, TimeSpan Old, TimeSpan Young, string Task, string Key = "id");
}
