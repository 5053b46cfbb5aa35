-- Unsubscribes some people from a topic, in the order in which they are given; answers how many were subscribed. Each by itself, by the whole key: as one statement the planner may,
-- for a table of which it knows little, prefer to read all that the topic or the tenant has.
create or replace function notification_meta.unsubscribe(tenant uuid, of_live boolean, of_topic text, people text[]) returns int
language plpgsql set search_path = public, pg_temp as $$
declare person text; n int; gone int := 0;
begin
    foreach person in array people loop
        delete from topic_subscriptions s where s.tenant_id = tenant and s.live = of_live and s.topic = of_topic and s.user_id = person;
        get diagnostics n = row_count;
        gone := gone + n;
    end loop;
    return gone;
end $$;

revoke all on function notification_meta.unsubscribe(uuid, boolean, text, text[]) from public;
grant execute on function notification_meta.unsubscribe(uuid, boolean, text, text[]) to notification_app;
