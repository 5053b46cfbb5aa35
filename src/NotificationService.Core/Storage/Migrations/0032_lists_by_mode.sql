-- The lists of dead letters, receipts, sandbox messages and webhook messages are of one mode as the others are (0022): the mode stands on the row and,
-- before the id, in the index that its list walks. A delivery has the mode of its notification and never another; what is about a delivery has the
-- delivery's. A webhook message has the mode of what its event is about; what is about neither a delivery nor a batch or job counts as live.
alter table deliveries add column live boolean not null default true;
alter table receipts add column live boolean not null default true;
alter table sandbox_messages add column live boolean not null default true;
alter table webhook_messages add column live boolean not null default true;
alter table webhook_replays add column live boolean; -- of which mode it brings back what happened; null: of both

-- What test accounts made before. Everybody's rows, which the tenants' policies hide even from the owner.
alter table notifications no force row level security;
alter table deliveries no force row level security;
alter table receipts no force row level security;
alter table sandbox_messages no force row level security;
alter table webhook_messages no force row level security;
alter table batches no force row level security;
alter table bulk_jobs no force row level security;
update deliveries d set live = false from notifications n where not n.live and d.id > n.id and d.id <= overlay(n.id::text placing 'f' from 36)::uuid;
update receipts r set live = false from deliveries d where d.id = r.delivery_id and d.tenant_id = r.tenant_id and not d.live;
update sandbox_messages m set live = false from deliveries d where d.id = m.delivery_id and d.tenant_id = m.tenant_id and not d.live;
update webhook_messages m set live = false from deliveries d where d.id = m.subject and d.tenant_id = m.tenant_id and not d.live;
update webhook_messages m set live = false from batches b where b.id = m.subject and b.tenant_id = m.tenant_id and not b.live;
update webhook_messages m set live = false from bulk_jobs j where j.id = m.subject and j.tenant_id = m.tenant_id and not j.live;
alter table notifications force row level security;
alter table deliveries force row level security;
alter table receipts force row level security;
alter table sandbox_messages force row level security;
alter table webhook_messages force row level security;
alter table batches force row level security;
alter table bulk_jobs force row level security;

drop index deliveries_ended_badly;
create index deliveries_ended_badly on deliveries (tenant_id, status, live, id) include (chain, channel, failure_kind) where status >= 70;
drop index receipts_listed;
create index receipts_listed on receipts (tenant_id, state, live, id);
drop index sandbox_messages_recipient;
create index sandbox_messages_recipient on sandbox_messages (tenant_id, recipient, live, id);
-- With a condition that only the list's statement states: never taken for a look-up by key (0022).
create index sandbox_messages_listed on sandbox_messages (tenant_id, live, id) where live is not null;
drop index webhook_messages_listed;
create index webhook_messages_listed on webhook_messages (tenant_id, endpoint_id, live, id);
drop index webhook_messages_unsent;
create index webhook_messages_unsent on webhook_messages (tenant_id, endpoint_id, live, id) where state in (3, 4);

-- How far a batch is and how fast, from rows that a list has read already: the formulas of 0028 in functions of their own, which PostgreSQL makes
-- part of the statement. As they were, a list read each batch and its counts twice and ran two functions for each.
create function notification_meta.done_of(ended float8, pending float8, rows_total int, rows_done int, rows_queued int) returns table (done float8, total float8)
language sql stable as $$
    select
        case when rows_total is null then ended
            else rows_done - rows_queued + case when ended + pending > 0 then rows_queued * ended / (ended + pending) else rows_queued end end,
        case when rows_total is null then ended + pending else rows_total end
$$;

create function notification_meta.pace_of(done float8, total float8, held boolean, ended_at timestamptz, pace_at timestamptz, pace_done float8)
returns table (rate float8, eta float8) language sql stable as $$
    select round(p.rate::numeric, 1)::float8, case when total <= done then 0 when p.rate > 0 then round(least((total - done) / p.rate, 315360000)) end
    from (
        select case when not held and ended_at is null and pace_at is not null
            then greatest(0, done - pace_done) / greatest(extract(epoch from clock_timestamp() - pace_at)::float8, 0.001) end as rate) p
$$;

-- As before (0028).
create or replace function notification_meta.batch_done(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (done float8, total float8)
language sql stable set search_path = public, pg_temp as $$
    select w.done, w.total
    from (
        select coalesce(sum(n) filter (where status > 0), 0)::float8 as ended, coalesce(sum(n) filter (where status = 0), 0)::float8 as pending
        from (
            select g.status, g.n from batch_counts g where g.tenant_id = tenant and g.batch_id = batch
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = tenant and h.batch_id = batch) counted(status, n)) c
    cross join lateral notification_meta.done_of(c.ended, c.pending, rows_total, rows_done, rows_queued) w
$$;

create or replace function notification_meta.batch_pace(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (rate float8, eta float8)
language sql volatile set search_path = public, pg_temp as $$
    select p.rate, p.eta
    from batches b
    cross join lateral notification_meta.batch_done(tenant, batch, rows_total, rows_done, rows_queued) w
    cross join lateral notification_meta.pace_of(w.done, w.total, b.held, b.ended_at, b.pace_at, b.pace_done) p
    where b.tenant_id = tenant and b.id = batch
$$;

revoke all on function notification_meta.done_of(float8, float8, int, int, int), notification_meta.pace_of(float8, float8, boolean, timestamptz, timestamptz, float8) from public;
grant execute on function notification_meta.done_of(float8, float8, int, int, int), notification_meta.pace_of(float8, float8, boolean, timestamptz, timestamptz, float8)
    to notification_app, notification_worker;
