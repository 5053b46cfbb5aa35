-- A page of a tenant's jobs, the newest first.
-- One index is walked and no further than the page goes: bulk_jobs_newest, or bulk_jobs_by_state where one is asked for; of each mode asked for.
-- "live >=" states their condition, which look-ups by key do not.
-- :tenant, :modes boolean[], :status a state or null, :from_id the smallest id, :before_id the first id no more, :offset, :take
with walk as materialized (
    (select j.id from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select j.id from bulk_jobs j
         where :status::smallint is null and j.tenant_id = :tenant and j.live >= mode.live and (j.live, j.id) < (mode.live, :before_id::uuid) and (j.live, j.id) >= (mode.live, :from_id::uuid)
         order by j.live desc, j.id desc limit :offset::int + :take::int) j)
    union all
    (select j.id from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select j.id from bulk_jobs j
         where :status::smallint is not null and j.tenant_id = :tenant and j.live = mode.live and j.state = :status::smallint and j.id < :before_id::uuid and j.id >= :from_id::uuid
         order by j.live desc, j.state desc, j.id desc limit :offset::int + :take::int) j)
),
page as materialized (
    select id from walk order by id desc offset :offset::int limit :take::int
)
select j.id, j.name, j.state, j.reason, j.reason_message, j.mode, j.dry_run, j.live, j.settings, j.columns, j.map, j.delimiter, j.encoding, encode(j.file_hash, 'hex') as file_hash, j.file_bytes,
    j.rows_total, j.rows_done, j.rows_queued, j.rows_repeated, j.sms_segments, null::json as samples, j.created_at, j.ended_at,
    j.rows_bad, p.rate, p.eta
from page
cross join lateral (select * from bulk_jobs j where j.tenant_id = :tenant and j.id = page.id limit 1) j
left join lateral (select b.held, b.ended_at, b.pace_at, b.pace_done from batches b where b.tenant_id = :tenant and b.id = page.id limit 1) b on true
left join lateral (
    select coalesce(sum(n) filter (where status > {tally.pending}), 0)::float8 as ended, coalesce(sum(n) filter (where status = {tally.pending}), 0)::float8 as pending
    from (
        select c.status, c.n from batch_counts c where c.tenant_id = :tenant and c.batch_id = page.id
        union all
        select g.status, g.delta from batch_changes g where g.tenant_id = :tenant and g.batch_id = page.id) counted) c on true
left join lateral notification_meta.done_of(c.ended, c.pending, j.rows_total, j.rows_done, j.rows_queued) w on true
left join lateral notification_meta.pace_of(w.done, w.total, b.held, b.ended_at, b.pace_at, b.pace_done) p on b.held is not null
order by page.id desc
