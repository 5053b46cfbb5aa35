-- What happened to deliveries of the tenant in scope between two instants, from sent on. By timeline_at, a BRIN index of time, which everybody's rows are
-- read with. As the owner, because under row level security the condition on the tenant would stand beside it, and what is planned without statistics
-- would take the tenant's key and read all that the tenant ever sent. The fence keeps the two apart.
create or replace function notification_meta.timeline_between(since timestamptz, until timestamptz) returns table (at timestamptz, delivery_id uuid, seq smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.at, t.delivery_id, t.seq
    from (select w.tenant_id, w.delivery_id, w.seq, w.status, w.at from timeline w where w.at >= since and w.at < until offset 0) t
    where t.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and t.status >= {status.sent}
$$;

revoke all on function notification_meta.timeline_between(timestamptz, timestamptz) from public;
grant execute on function notification_meta.timeline_between(timestamptz, timestamptz) to notification_worker;
