using System.Security.Cryptography;
using System.Text;
using NotificationService.Deliveries;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Testing.Deliveries;

/// <summary>
/// What must be true after whatever happened, checked from two sides that the service does not control: what clients were
/// notified was accepted, and what a provider wrote down before it answered. Each violation comes back as a sentence.
/// </summary>
/// <param name="database">A superuser's source: it looks past row level security.</param>
public sealed class Invariants(NpgsqlDataSource database)
{
    /// <summary>Long runs look through millions of rows.</summary>
    private const int LongestCheckSeconds = 600;

    private static readonly string Legal = string.Join(", ",
        from before in DeliveryStatuses.All from after in DeliveryStatuses.All where DeliveryTransitions.IsLegal(before, after) select $"({(short)before}, {(short)after})");

    /// <summary>Each yields the deliveries (or whatever it names) that break the sentence.</summary>
    private static readonly (string Sentence, string Sql)[] Sentences =
    [
        ("a delivery has no notification",
            "select d.id::text from deliveries d left join notifications n on n.id = notification_of(d.id) where n.id is null"),
        ("a notification has no delivery",
            "select n.id::text from notifications n where not exists (select from deliveries d where notification_of(d.id) = n.id)"),
        ("a delivery belongs to another tenant than its notification",
            "select d.id::text from deliveries d join notifications n on n.id = notification_of(d.id) where n.tenant_id <> d.tenant_id"),
        ("an attempt or timeline row belongs to another tenant than its delivery",
            """
            select d.id::text from deliveries d join attempts a on a.delivery_id = d.id where a.tenant_id <> d.tenant_id
            union all select d.id::text from deliveries d join timeline t on t.delivery_id = d.id where t.tenant_id <> d.tenant_id
            """),
        ("the last timeline row differs from the status",
            """
            select d.id::text from deliveries d
            left join (select distinct on (delivery_id) delivery_id, status, seq from timeline order by delivery_id, seq desc) last on last.delivery_id = d.id
            where d.status <> {status.sending} and (last.status is distinct from d.status or last.seq is distinct from d.timeline_seq)
            """),
        ("an in-app delivery arrived and is in no inbox, or a test did arrive in one",
            """
            select d.id::text from deliveries d join notifications n on n.id = notification_of(d.id)
            where d.channel = {channel.in_app} and d.status in ({status.delivered}, {status.read})
              and exists (select from attempts a join providers p on p.tenant_id = a.tenant_id and p.id = a.provider_id where a.delivery_id = d.id and p.type = 'in_app')
              and n.live <> exists (select from inbox_items i where i.id = d.id)
            """),
        ("the counts or the version of an inbox are not those of its items",
            """
            select u.tenant_id::text || ' ' || u.user_id from inbox_users u
            left join lateral (
                select count(*) filter (where i.status = 1) as unread, count(*) filter (where i.status = 1 and not i.seen and i.arrived_version > u.seen_version) as unseen, max(i.version) as version
                from inbox_items i where i.tenant_id = u.tenant_id and i.user_id = u.user_id) i on true
            where u.unread <> i.unread or u.unseen <> i.unseen or u.version < coalesce(i.version, 0)
            """),
        ("the timeline has a gap or does not begin with 1",
            "select delivery_id::text from timeline group by delivery_id having min(seq) <> 1 or max(seq) <> count(*)"),
        ("a status changed in a way that is not legal",
            $"""
            select delivery_id::text || ' ' || was || ' → ' || status from (
                select delivery_id, status, lag(status) over (partition by delivery_id order by seq) as was from timeline) step
            where was is not null and (was, status) not in (values {Legal})
            """),
        ("something is leased by the dead",
            "select id::text from deliveries where status = {status.sending} and lease_until < clock_timestamp() - interval '20 s'"),
        ("a lease or a begun call is left on something that is not being sent",
            "select id::text from deliveries where status <> {status.sending} and (lease_until is not null or lease_owner is not null or call_started_at is not null)"),
        ("attempts are not numbered from 1 without a gap, or not counted",
            """
            select d.id::text from deliveries d left join (
                select delivery_id, count(*) n, max(number) top, min(number) low from attempts group by delivery_id) a on a.delivery_id = d.id
            where d.status <> {status.sending} and (coalesce(a.n, 0) <> d.attempts or coalesce(a.top, 0) <> d.attempts or coalesce(a.low, 1) <> 1)
            """),
        ("something was sent although it is said to have failed for good, or the other way round",
            """
            select d.id::text from deliveries d
            where (d.status in ({status.sent}, {status.delivered}, {status.read}) and not exists (select from attempts a where a.delivery_id = d.id and a.outcome = {outcome.accepted})
                -- settled by its provider's word
                and not exists (select from receipts r where r.delivery_id = d.id and r.state = {receipt.applied} and r.kind in (1, 2, 3)))
               or (d.status = {status.queued} and d.devices is null and exists (select from attempts a where a.delivery_id = d.id and a.outcome = {outcome.accepted}) and d.retried_from = 0)
            """),
        ("a push waits although nothing more is done for any of its devices, or has ended although one is still to be tried",
            """
            select d.id::text from deliveries d
            where d.devices is not null and d.status not in ({status.scheduled}, {status.sending}) and (d.status = {status.queued}) <> (d.devices::text like '%nextAttemptAt%')
            """),
        ("a device has a push that is said to have reached nobody",
            "select d.id::text from deliveries d where (d.devices->>'reached')::int > 0 and d.status in ({status.suppressed}, {status.expired}, {status.cancelled}, {status.failed})"),
        ("an ambiguous attempt is not marked on its delivery",
            "select d.id::text from deliveries d join attempts a on a.delivery_id = d.id where a.outcome = {outcome.ambiguous} and not d.ambiguous and d.retried_from = 0"),
        ("a call began before it was due",
            """
            select a.delivery_id::text from attempts a join notifications n on n.id = notification_of(a.delivery_id)
            where a.number = 1 and n.send_at is not null and a.started_at < n.send_at
            """),
        ("a call began after it had expired",
            """
            select a.delivery_id::text from attempts a join notifications n on n.id = notification_of(a.delivery_id) join deliveries d on d.id = a.delivery_id
            where a.provider_id is not null and n.expires_at is not null and d.retried_from = 0 and a.started_at > n.expires_at + interval '1 s'
            """),
        ("a receipt has ended and nobody says why, or names another tenant's delivery",
            """
            select r.id::text from receipts r where (r.state in ({receipt.ignored}, {receipt.unmatched}) and r.reason is null)
            union all select r.id::text from receipts r join deliveries d on d.id = r.delivery_id where d.tenant_id <> r.tenant_id and r.state = {receipt.applied}
            """),
        ("a receipt waits although its delivery is not being sent",
            "select r.id::text from receipts r join deliveries d on d.id = r.delivery_id where r.state = {receipt.pending} and d.status <> {status.sending} and r.received_at < now() - interval '6 min'"),
        ("an engagement has no delivery of its tenant",
            "select e.id::text from engagements e left join deliveries d on d.id = e.delivery_id and d.tenant_id = e.tenant_id where d.id is null"),
        // Five seconds: what was loaded before may still go out.
        ("a call began to an address that was suppressed",
            """
            select a.delivery_id::text from attempts a
            join notifications n on n.id = notification_of(a.delivery_id)
            join suppressions s on s.tenant_id = a.tenant_id and s.expires_at is null and s.scope = 'all'
                and ((s.channel = {channel.email} and s.address = lower(n.recipient->>'email')) or (s.channel = {channel.sms} and s.address = n.recipient->>'phone')
                    or (s.channel = {channel.whats_app} and s.address = coalesce(n.recipient->>'whatsapp', n.recipient->>'phone')))
                and s.channel = get_byte(uuid_send(a.delivery_id), 15) & 15
            where a.provider_id is not null
              and a.started_at > to_timestamp(('x' || left(replace(s.id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) + interval '5 s'
            """),
        ("of a chain something waits although another channel has reached the recipient",
            """
            select d.id::text from deliveries d join deliveries r on notification_of(r.id) = notification_of(d.id) and r.chain > 0
            where d.chain > 0 and d.status in ({status.scheduled}, {status.queued}) and r.status in ({status.delivered}, {status.read})
            """),
        ("of a chain something waits although the channel before it has ended",
            """
            select d.id::text from deliveries d
            cross join lateral (
                select p.status from deliveries p where notification_of(p.id) = notification_of(d.id) and p.chain > 0 and p.chain < d.chain order by p.chain desc limit 1) before
            where d.chain > 0 and d.status = {status.scheduled} and before.status in ({status.suppressed}, {status.expired}, {status.failed}, {status.bounced})
            """),
        ("of a chain a channel was called after another had reached the recipient",
            """
            select a.delivery_id::text from attempts a join deliveries d on d.id = a.delivery_id
            join deliveries r on notification_of(r.id) = notification_of(d.id) and r.id <> d.id and r.chain > 0
            join timeline t on t.delivery_id = r.id and t.status in ({status.delivered}, {status.read})
            where d.chain > 0 and d.retried_from = 0 and a.provider_id is not null and a.started_at > t.at + interval '2 s'
            """),
        ("of a chain a channel was called although the one before it had not ended and still had time",
            """
            select a.delivery_id::text from attempts a join deliveries d on d.id = a.delivery_id join notifications n on n.id = notification_of(d.id)
            cross join lateral (
                select p.* from deliveries p where notification_of(p.id) = notification_of(d.id) and p.chain > 0 and p.chain < d.chain order by p.chain desc limit 1) before
            left join lateral (select min(started_at) as at from attempts b where b.delivery_id = before.id) began on true
            where d.chain > 0 and a.number = 1 and d.retried_from = 0
              and not exists (select from timeline t where t.delivery_id = before.id and t.status in ({status.suppressed}, {status.expired}, {status.failed}, {status.bounced}) and t.at < a.started_at + interval '1 s')
              and (n.fallback_after is null or (began.at is null and before.status = {status.scheduled})
                or (began.at <= a.started_at and began.at + make_interval(secs => n.fallback_after) > a.started_at + interval '1 s'))
            """),
        ("a batch's counts differ from its deliveries",
            """
            with counted as (
                select batch_id, status, sum(n) as n from (
                    select batch_id, status, n from batch_counts union all select batch_id, status, delta from batch_changes) c
                where status >= 0 group by batch_id, status having sum(n) <> 0),
            actual as (
                select batch_id, case when status < {status.sent} then 0 else status end as status, count(*) as n from deliveries where batch_id is not null group by 1, 2)
            select coalesce(a.batch_id, c.batch_id)::text || ' ' || coalesce(a.status, c.status) || ': ' || coalesce(c.n, 0) || ' counted, ' || coalesce(a.n, 0) || ' there'
            from actual a full join counted c on c.batch_id = a.batch_id and c.status = a.status where a.n is distinct from c.n
            """),
        // Of an hour whose deliveries were all accepted by the service; what a test plants is not counted.
        ("the ledger says of an hour something else than its deliveries",
            """
            with counted as (
                select tenant_id, hour, live, channel, status, sum(accepted) as accepted, sum(n) as n from (
                    select tenant_id, hour, live, channel, status, accepted, n from ledger_counts union all select tenant_id, hour, live, channel, status, accepted, delta from ledger_changes) c
                group by 1, 2, 3, 4, 5),
            actual as (
                select tenant_id, notification_meta.hour_of(id) as hour, live, channel, case when status < {status.sent} then 0 else status end as status, count(*) as n
                from deliveries group by 1, 2, 3, 4, 5),
            whole as (
                select c.tenant_id, c.hour from (select tenant_id, hour, sum(accepted) as n from counted group by 1, 2) c
                join (select tenant_id, hour, sum(n) as n from actual group by 1, 2) a on a.tenant_id = c.tenant_id and a.hour = c.hour and a.n = c.n)
            select w.tenant_id::text || ' ' || w.hour || ' ' || d.status || ': ' || d.counted || ' counted, ' || d.actual || ' there'
            from whole w
            join (
                select coalesce(c.tenant_id, a.tenant_id) as tenant_id, coalesce(c.hour, a.hour) as hour, coalesce(c.status, a.status) as status, coalesce(c.n, 0) as counted, coalesce(a.n, 0) as actual
                from counted c full join actual a on a.tenant_id = c.tenant_id and a.hour = c.hour and a.live = c.live and a.channel = c.channel and a.status = c.status) d
                on d.tenant_id = w.tenant_id and d.hour = w.hour and d.counted <> d.actual
            """),
        ("a batch's chunks differ from what is counted of them",
            """
            with counted as (
                select batch_id, status, sum(n) as n from (
                    select batch_id, status, n from batch_counts union all select batch_id, status, delta from batch_changes) c
                where status < 0 group by batch_id, status having sum(n) <> 0),
            actual as (
                select c.batch_id, said.status, sum(said.n) as n from batch_chunks c
                cross join lateral (values (-1, (c.items > 0)::int), (-2, c.accepted), (-3, c.rejected), (-4, c.repeated)) as said(status, n)
                group by c.batch_id, said.status having sum(said.n) <> 0)
            select coalesce(a.batch_id, c.batch_id)::text || ' ' || coalesce(a.status, c.status) || ': ' || coalesce(c.n, 0) || ' counted, ' || coalesce(a.n, 0) || ' there'
            from actual a full join counted c on c.batch_id = a.batch_id and c.status = a.status where a.n is distinct from c.n
            """),
        ("a batch has ended although something of it waits",
            "select b.id::text from batches b where b.ended_at is not null and exists (select from deliveries d where d.batch_id = b.id and d.status < {status.sent} and d.retried_from = 0)"),
        ("a bulk job counts other rows than became notifications",
            "select j.id::text from bulk_jobs j where j.rows_queued <> (select count(*) from notifications n where n.batch_id = j.id)"),
        ("a bulk job counts other bad rows than there are",
            """
            select j.id::text || ': ' || j.rows_bad || ' counted' from bulk_jobs j
            where not j.rows_gone and (j.state <> {job.failed} or j.reason not in ('upload_incomplete', 'upload_refused'))
              and j.rows_bad <> (
                select count(*) from bulk_errors e where e.tenant_id = j.tenant_id and e.job_id = j.id and e.corrected_by is null and (e.number < j.row_ranges or j.state = {job.uploading}))
            """),
        ("of a bulk job that is done a row is neither queued nor bad nor repeated",
            """
            select j.id::text from bulk_jobs j
            where j.state = {job.done} and not j.rows_gone and j.rows_total <> j.rows_queued + j.rows_repeated
                + (select count(*) from bulk_errors e where e.tenant_id = j.tenant_id and e.job_id = j.id and e.number < j.row_ranges and e.corrected_by is null)
            """),
        ("a line of a file became two notifications",
            """
            select s.job_id::text || ' ' || line from bulk_row_ranges s cross join lateral unnest(s.lines) with ordinality as l(line, n)
            join notifications n on n.id = (left(s.first_id::text, 28) || lpad(to_hex(('x' || right(s.first_id::text, 8))::bit(32)::bigint | ((l.n - 1) << 4)), 8, '0'))::uuid
            group by s.job_id, line having count(*) > 1
            """),
        ("a chunk says that it stored something else than what is there",
            """
            select c.batch_id::text from (select batch_id, sum(accepted) as n from batch_chunks group by batch_id) c
            where c.n <> (select count(*) from notifications n where n.batch_id = c.batch_id)
            """),
        ("an idempotency key stands for an answer that is not stored",
            """
            select k.response from idempotency_keys k
            where k.response like '{"id"%' and not exists (select from notifications n where n.id = (k.response::json->>'id')::uuid) and not exists (select from batches b where b.id = (k.response::json->>'id')::uuid)
            """),
    ];

    /// <summary>Sentences that look into one place only.</summary>
    /// <param name="accepted">The notifications whose acceptance was answered to a client.</param>
    /// <param name="calls">What a provider wrote down: delivery and attempt, in any order, every call.</param>
    /// <param name="reports">The dedupe keys of the receipts that a provider was answered 2xx for.</param>
    public async Task<IReadOnlyList<string>> ViolationsAsync(
        IEnumerable<Guid>? accepted = null, IReadOnlyCollection<(string Delivery, int Attempt)>? calls = null, IEnumerable<string>? reports = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        // Nobody analyses the tests' tables: PostgreSQL expects one row of each expression and compares every delivery with every notification, for twenty seconds.
        await ExecuteAsync(connection, "set enable_nestloop = off; set jit = off");
        await ExecuteAsync(
            connection,
            """
            create function pg_temp.notification_of(delivery uuid) returns uuid language sql immutable as
                $$ select (left(delivery::text, 35) || '0')::uuid $$
            """);
        var found = new List<string>();
        foreach (var (sentence, sql) in Sentences)
            found.AddRange(Sentence(sentence, await ReadAsync(connection, sql.Replace("notification_of(", "pg_temp.notification_of(", StringComparison.Ordinal))));

        if (accepted is not null)
        {
            var stored = (await ReadAsync(connection, "select id::text from notifications")).ToHashSet();
            found.AddRange(Sentence("something accepted is missing", accepted.Select(id => id.ToString()).Where(id => !stored.Contains(id))));
        }

        if (reports is not null)
        {
            var kept = (await ReadAsync(connection, "select encode(dedupe_hash, 'hex') from receipts")).ToHashSet(StringComparer.OrdinalIgnoreCase);
            found.AddRange(Sentence(
                "a provider was answered and its report is missing",
                reports.Where(key => !kept.Contains(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))))));
            found.AddRange(Sentence("a report is still waiting", await ReadAsync(connection, "select id::text from receipts where state = {receipt.pending}")));
        }

        if (calls is not null)
            found.AddRange(await OfCallsAsync(connection, calls));
        return found;
    }

    private static async Task<IEnumerable<string>> OfCallsAsync(NpgsqlConnection connection, IReadOnlyCollection<(string Delivery, int Attempt)> calls)
    {
        var attempts = (await ReadAsync(connection, "select delivery_id || ' ' || number || ' ' || outcome from attempts"))
            .Select(line => line.Split(' ')).ToDictionary(parts => (parts[0], int.Parse(parts[1])), parts => (AttemptOutcome)short.Parse(parts[2]));
        // A call under way when one looks is not on record yet; afterwards each is.
        var unrecorded = calls.Distinct().Where(call => !attempts.ContainsKey(call)).Select(call => $"{call.Delivery} attempt {call.Attempt}");
        var repeated = calls.GroupBy(call => call).Where(group => group.Count() > 1).Select(group => $"{group.Key.Delivery} attempt {group.Key.Attempt}");
        var unflagged =
            from delivery in calls.Distinct().GroupBy(call => call.Delivery)
            let last = delivery.Max(call => call.Attempt)
            from call in delivery
            where call.Attempt < last && attempts.GetValueOrDefault(call) is AttemptOutcome.Accepted or AttemptOutcome.Rejected
            select $"{call.Delivery} attempt {call.Attempt}";
        return
        [
            .. Sentence("a provider was called and there is no attempt of it", unrecorded),
            .. Sentence("one attempt made two calls", repeated),
            .. Sentence("a provider was called again after an attempt that was not in doubt", unflagged),
        ];
    }

    private static IEnumerable<string> Sentence(string sentence, IEnumerable<string> broken)
    {
        var all = broken.ToArray();
        return all.Length == 0 ? [] : [$"{sentence}: {all.Length}, such as {string.Join(", ", all.Take(3))}"];
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(SqlNames.Replace(sql), connection) { CommandTimeout = LongestCheckSeconds };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(SqlNames.Replace(sql), connection) { CommandTimeout = LongestCheckSeconds };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
