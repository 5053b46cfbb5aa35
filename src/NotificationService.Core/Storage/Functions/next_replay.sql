-- The replay that waited longest, each once a second at most: so they are paced, however many workers there are.
create or replace function notification_meta.next_replay() returns table (tenant uuid, replay uuid, replay_mode smallint)
language sql security definer set search_path = public, pg_temp as $$
    update webhook_replays r set worked_at = clock_timestamp()
    from (select w.tenant_id, w.id from webhook_replays w where w.state = {replay.running} and w.worked_at < clock_timestamp() - interval '1 s' order by w.worked_at limit 1 for update skip locked) next
    where r.tenant_id = next.tenant_id and r.id = next.id
    returning r.tenant_id, r.id, r.mode
$$;

revoke all on function notification_meta.next_replay() from public;
grant execute on function notification_meta.next_replay() to notification_worker;
