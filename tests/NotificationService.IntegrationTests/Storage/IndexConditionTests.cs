using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Statements name states; what is stored in the schema itself, the conditions of partial indexes and of policies, has their numbers. They are the same.</summary>
public sealed class IndexConditionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly IReadOnlyDictionary<string, string> Indexes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["batches_by_status"] = "state = {batch.complete} | THEN {batch_status.completed}",
        ["batches_cancelled"] = "state = {batch.cancelled}",
        ["bulk_jobs_refused"] = "state = {job.failed}",
        ["bulk_jobs_rows"] = "ARRAY[{job.ended}]",
        ["bulk_jobs_working"] = "ARRAY[{job.uploading}, {job.working}]",
        ["bulk_row_ranges_open"] = "state < {range.queued}",
        ["deliveries_batch"] = "ARRAY[{status.waiting}]",
        ["deliveries_due"] = "ARRAY[{status.waiting}]",
        ["deliveries_ended_badly"] = "status >= {status.suppressed}",
        ["deliveries_leased"] = "status = {status.sending}",
        ["inbox_items_deleted"] = "status = {inbox_status.deleted}",
        ["inbox_items_due"] = "status = {inbox_status.snoozed}",
        ["notification_cancels_ended"] = "state = {filtered_cancel.done}",
        ["notification_cancels_open"] = "state = {filtered_cancel.running}",
        ["notification_cancels_running"] = "state = {filtered_cancel.running}",
        ["receipts_of_delivery"] = "ARRAY[{receipt.applied}, {receipt.ignored}]",
        ["receipts_pending"] = "state = {receipt.pending}",
        ["topic_sends_open"] = "state = {topic_send.running}",
        ["topic_sends_running"] = "state = {topic_send.running}",
        ["user_import_rows_waiting"] = "state = {user_import.waiting}",
        ["webhook_messages_due"] = "state = {message.pending}",
        ["webhook_messages_unsent"] = "ARRAY[{message.unsent}]",
        ["webhook_replays_ended"] = "state <> {replay.running}",
        ["webhook_replays_one"] = "state = {replay.running}",
        ["webhook_replays_running"] = "state = {replay.running}",
    };

    private static readonly IReadOnlyDictionary<string, string> Policies = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["owner_locks_what_was_deleted"] = "status = {inbox_status.deleted}",
        ["owner_locks_what_ended"] = "ALL (ARRAY[{status.unended}])",
        ["owner_removes_old_messages"] = "state <> {message.pending}",
        ["owner_removes_what_was_deleted"] = "status = {inbox_status.deleted}",
        ["owner_removes_what_ended"] = "ALL (ARRAY[{status.unended}])",
    };

    [Fact]
    public async Task Indexes_have_the_numbers_of_the_enums() =>
        Faults(Indexes, await database.QueryAsync<string>(
            """
            select c.relname || ': ' || pg_get_indexdef(i.indexrelid)
            from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
            where t.relnamespace = 'public'::regnamespace and not t.relispartition and pg_get_indexdef(i.indexrelid) ~ '\m(state|status)\M\)*(::integer)? (=|<|>)'
            """)).ShouldBeEmpty();

    [Fact]
    public async Task Policies_have_the_numbers_of_the_enums() =>
        Faults(Policies, await database.QueryAsync<string>("select policyname || ': ' || qual from pg_policies where qual ~ '\\m(state|status)\\M'")).ShouldBeEmpty();

    /// <summary>The last digit of a delivery's id is its channel.</summary>
    [Fact]
    public async Task Attempts_are_found_by_a_vendors_id_on_the_channels_that_are_reported_by_it_and_on_no_other() =>
        (await database.ScalarAsync<string>("select pg_get_expr(i.indpred, i.indrelid) from pg_index i where i.indexrelid = 'attempts_message'::regclass"))
            .ShouldBe(
                $"""((provider_message_id IS NOT NULL) AND ("right"((delivery_id)::text, 1) = '{(int)ChannelTable.All.Single(channel => channel.IsReportedByVendorsId).Kind:x}'::text))""");

    /// <param name="known">By name, what it has, with the names of the states; two pieces are separated by a bar.</param>
    /// <param name="found">As the database has it, after its name and a colon.</param>
    private static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> known, IReadOnlyList<string> found) =>
    [
        .. found.Where(condition => !Pieces(known, condition).All(condition.Contains)),
        .. known.Keys.Where(name => !found.Any(condition => condition.StartsWith($"{name}:", StringComparison.Ordinal))).Select(name => $"{name} is not there"),
    ];

    private static string[] Pieces(IReadOnlyDictionary<string, string> known, string condition) =>
        known.TryGetValue(condition.Split(':')[0], out var pieces) ? SqlNames.Replace(pieces).Split(" | ") : ["nobody has said what it means"];
}
