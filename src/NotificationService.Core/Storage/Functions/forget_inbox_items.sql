-- Removes what was deleted longer ago than a device may be away and still learn of it; says how many rows. Whoever asks for changes since before the last of
-- them learns that it has to begin anew. A user whose row somebody has locked is left for the next time.
create or replace function notification_meta.forget_inbox_items(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select i.tenant_id, i.user_id, i.id, i.version from inbox_items i where i.status = {inbox_status.deleted} and i.deleted_at < now() - interval '30 days' order by i.deleted_at limit batch_size),
    held as materialized (
        select u.tenant_id, u.user_id from (select distinct tenant_id, user_id from old) o
        cross join lateral (select h.tenant_id, h.user_id from inbox_users h where h.tenant_id = o.tenant_id and h.user_id = o.user_id offset 0 for update skip locked) u
        union all
        select o.tenant_id, o.user_id from (select distinct tenant_id, user_id from old) o
        where not exists (select from inbox_users h where h.tenant_id = o.tenant_id and h.user_id = o.user_id)),
    gone as (
        delete from inbox_items i using old, held
        where held.tenant_id = old.tenant_id and held.user_id = old.user_id and i.tenant_id = old.tenant_id and i.user_id = old.user_id and i.id = old.id and i.status = {inbox_status.deleted}
        returning i.tenant_id, i.user_id, i.version),
    noted as (
        update inbox_users u set forgot_version = greatest(u.forgot_version, g.version)
        from (select tenant_id, user_id, max(version) as version from gone group by tenant_id, user_id) g
        where u.tenant_id = g.tenant_id and u.user_id = g.user_id)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.forget_inbox_items(int) from public;
grant execute on function notification_meta.forget_inbox_items(int) to notification_worker;
