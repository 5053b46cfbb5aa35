-- The tenant that was served longest ago, and of its sends to topics the one that was, under a lease: whoever has many has no more turns than whoever has one.
-- Who dies is followed by another when the lease is over. A suspended tenant's sends stay where they are until it is resumed.
-- What is running is read once, and of those whose turn it may be the first that nobody else is taking.
create or replace function notification_meta.next_topic_send(lease interval) returns table (tenant uuid, send uuid)
language sql security definer set search_path = public, pg_temp as $$
    with running as materialized (
        select r.tenant_id, r.id, r.served_at, r.leased_until, r.retry_at from topic_sends r where r.state = {topic_send.running}
    ),
    turns as materialized (
        select r.tenant_id, r.id, r.leased_until, r.retry_at, r.served_at, max(r.served_at) over (partition by r.tenant_id) as tenant_served_at from running r
    ),
    waiting as materialized (
        select t.tenant_id, t.id from turns t
        where (t.leased_until is null or t.leased_until < clock_timestamp()) and (t.retry_at is null or t.retry_at < clock_timestamp())
          and t.tenant_id not in (select notification_meta.suspended_tenants(1000000))
        order by t.tenant_served_at nulls first, t.served_at nulls first limit 20
    ),
    next as materialized (
        select l.tenant_id, l.id from waiting w
        cross join lateral (
            select b.tenant_id, b.id from topic_sends b
            where b.tenant_id = w.tenant_id and b.id = w.id and b.state = {topic_send.running} and (b.leased_until is null or b.leased_until < clock_timestamp())
            for update skip locked) l
        limit 1
    )
    update topic_sends j set served_at = clock_timestamp(), leased_until = clock_timestamp() + lease
    from next where j.tenant_id = next.tenant_id and j.id = next.id
    returning j.tenant_id, j.id
$$;

revoke all on function notification_meta.next_topic_send(interval) from public;
grant execute on function notification_meta.next_topic_send(interval) to notification_worker;
