-- A page of a tenant's jobs, the newest first.
-- One index is walked and no further than the page goes: bulk_jobs_newest, or bulk_jobs_by_state where one is asked for; of each mode asked for.
-- "live >=" states their condition, which look-ups by key do not.
-- $1 tenant, $2 boolean[] modes, $3 state or null, $4 smallest id, $5 first id no more, $6 offset, $7 most items
with walk as materialized (
    (select j.id from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select j.id from bulk_jobs j
         where $3::smallint is null and j.tenant_id = $1 and j.live >= mode.live and (j.live, j.id) < (mode.live, $5::uuid) and (j.live, j.id) >= (mode.live, $4::uuid)
         order by j.live desc, j.id desc limit $6::int + $7::int) j)
    union all
    (select j.id from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select j.id from bulk_jobs j
         where $3::smallint is not null and j.tenant_id = $1 and j.live = mode.live and j.state = $3::smallint and j.id < $5::uuid and j.id >= $4::uuid
         order by j.live desc, j.state desc, j.id desc limit $6::int + $7::int) j)
),
page as materialized (
    select id from walk order by id desc offset $6::int limit $7::int
)
select j.id, j.name, j.state, j.reason, j.reason_message, j.mode, j.dry_run, j.live, j.settings, j.columns, j.map, j.delimiter, j.encoding, encode(j.file_hash, 'hex'), j.file_bytes,
    j.rows_total, j.rows_done, j.rows_queued, j.rows_repeated, j.sms_segments, null::json, j.created_at, j.ended_at,
    j.rows_bad, p.rate, p.eta
from page
cross join lateral (select * from bulk_jobs j where j.tenant_id = $1 and j.id = page.id limit 1) j
left join lateral (select b.held, b.ended_at, b.pace_at, b.pace_done from batches b where b.tenant_id = $1 and b.id = page.id limit 1) b on true
left join lateral (
    select coalesce(sum(n) filter (where status > {tally.pending}), 0)::float8 as ended, coalesce(sum(n) filter (where status = {tally.pending}), 0)::float8 as pending
    from (
        select c.status, c.n from batch_counts c where c.tenant_id = $1 and c.batch_id = page.id
        union all
        select g.status, g.delta from batch_changes g where g.tenant_id = $1 and g.batch_id = page.id) counted) c on true
left join lateral notification_meta.done_of(c.ended, c.pending, j.rows_total, j.rows_done, j.rows_queued) w on true
left join lateral notification_meta.pace_of(w.done, w.total, b.held, b.ended_at, b.pace_at, b.pace_done) p on b.held is not null
order by page.id desc
