-- Forgets who was last connected more than 30 days ago, the longest ago first, and processes that have been gone for a day and left nobody; says how many people.
create or replace function notification_meta.forget_presence(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, user_id from presence_users where not is_online and last_seen_at < now() - interval '30 days' order by last_seen_at limit batch_size for update skip locked),
    nodes as (
        delete from presence_nodes n where n.alive_until < now() - interval '1 day' and not exists (select from presence p where p.node_id = n.id)),
    gone as (delete from presence_users u using old where u.tenant_id = old.tenant_id and u.user_id = old.user_id and not u.is_online returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.forget_presence(int) from public;
grant execute on function notification_meta.forget_presence(int) to notification_worker;
