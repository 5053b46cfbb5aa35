-- One step of one topic that was removed: so many of its subscriptions, and the topic itself when there are no more. Nobody can subscribe to it any more: who subscribes
-- locks the topic and finds it removed. Runs as the schema's owner, as it does not know whose topic is next. Two workers at once take two topics.
create or replace function notification_meta.clear_removed_topic(max_rows int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare before text := current_setting('app.tenant', true); next record; last_user text; n int;
begin
    select t.tenant_id, t.live, t.key into next from topics t where t.removed_at is not null order by t.removed_at limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    perform set_config('app.tenant', next.tenant_id::text, true);
    select v.user_id into last_user from (
        select w.user_id from topic_subscriptions w where w.tenant_id = next.tenant_id and w.live = next.live and w.topic = next.key
        order by w.tenant_id, w.live, w.topic, w.user_id limit max_rows) v
    order by v.user_id desc limit 1;
    delete from topic_subscriptions s where s.tenant_id = next.tenant_id and s.live = next.live and s.topic = next.key and s.user_id <= last_user;
    get diagnostics n = row_count;
    update topic_directories d set subscriptions = d.subscriptions - n where n > 0 and d.tenant_id = next.tenant_id and d.live = next.live;
    if n < max_rows then
        delete from topics t where t.tenant_id = next.tenant_id and t.live = next.live and t.key = next.key;
        n := n + 1;
    end if;
    perform set_config('app.tenant', coalesce(before, ''), true);
    return n;
end $$;

revoke all on function notification_meta.clear_removed_topic(int) from public;
grant execute on function notification_meta.clear_removed_topic(int) to notification_worker;
