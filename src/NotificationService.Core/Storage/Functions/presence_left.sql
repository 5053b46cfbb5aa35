-- People who stand in the table as connected to processes that are gone, with until when those lived. What is found is written off as any change is (presence_write).
create or replace function notification_meta.presence_left(max_rows int) returns table (node_id uuid, tenant_id uuid, user_id text, seen_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct p.node_id, p.tenant_id, p.user_id, n.alive_until
    from (select id, alive_until from presence_nodes where alive_until < clock_timestamp() offset 0) n
    cross join lateral (select h.node_id, h.tenant_id, h.user_id from presence h where h.node_id = n.id order by h.node_id, h.tenant_id, h.user_id limit max_rows) p
    limit max_rows
$$;

revoke all on function notification_meta.presence_left(int) from public;
grant execute on function notification_meta.presence_left(int) to notification_app;
