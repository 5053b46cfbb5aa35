-- Of some notifications of the tenant in scope: whether the time for content of each of their channels is over, and whether a delivery of them has not ended.
-- What is redacted already is left out. A probe of the primary key for each.
create or replace function notification_meta.content_of(tenant uuid, ids uuid[], days json) returns table (id uuid, is_over boolean, is_open boolean)
language sql stable set search_path = public, pg_temp as $$
    select n.id, coalesce(s.is_over, true), coalesce(s.is_open, false)
    from unnest(ids) i(id)
    cross join lateral (
        select m.id, m.created_at from notifications m where m.tenant_id = tenant and m.id = i.id and m.content_redacted_at is null offset 0) n
    cross join lateral (
        select bool_and(coalesce(n.created_at + make_interval(days => (days ->> d.channel::text)::int) <= now(), false)) as is_over, bool_or(d.status in ({status.unended})) as is_open
        from (select v.channel, v.status from deliveries v where v.tenant_id = tenant and v.id > n.id and v.id <= overlay(n.id::text placing 'f' from 36)::uuid offset 0) d) s
$$;

revoke all on function notification_meta.content_of(uuid, uuid[], json) from public;
