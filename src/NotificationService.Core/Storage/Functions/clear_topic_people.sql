-- One step of one send to topics that is over: so many of the people whom it reached. Answers how many rows went; 0: there is nothing more to do.
create or replace function notification_meta.clear_topic_people(max_rows int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare before text := current_setting('app.tenant', true); next record; last_user text; n int;
begin
    select t.tenant_id, t.id into next from topic_sends t where t.state <> {topic_send.running} and not t.people_gone order by t.tenant_id, t.id limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    perform set_config('app.tenant', next.tenant_id::text, true);
    select v.user_id into last_user from (
        select w.user_id from topic_send_people w where w.tenant_id = next.tenant_id and w.send_id = next.id order by w.tenant_id, w.send_id, w.user_id limit max_rows) v
    order by v.user_id desc limit 1;
    delete from topic_send_people p where p.tenant_id = next.tenant_id and p.send_id = next.id and p.user_id <= last_user;
    get diagnostics n = row_count;
    if n < max_rows then
        update topic_sends t set people_gone = true where t.tenant_id = next.tenant_id and t.id = next.id;
        n := n + 1;
    end if;
    perform set_config('app.tenant', coalesce(before, ''), true);
    return n;
end $$;

revoke all on function notification_meta.clear_topic_people(int) from public;
grant execute on function notification_meta.clear_topic_people(int) to notification_worker;
