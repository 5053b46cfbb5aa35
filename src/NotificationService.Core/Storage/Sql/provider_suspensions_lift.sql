-- A provider is new, works again, or somebody changed it: its suspension ends, what any provider of its channel refused for its account and waits for the
-- next try is due now, and every worker hears whose providers to read again. $1 tenant, $2 provider, $3 smallint[] priority classes
--
-- What another provider refused is due as well: this one can take it. Of a push to several devices those devices are due that were refused for the account.
-- What waits is found by the index deliveries_due, class by class, among the due times of the next eleven minutes, because no such wait is longer
-- than ten; where a lane has very much scheduled for then, among its next 10,000. What is not found is tried at its own time.
-- OFFSET 0 is a fence: a probe of the primary key for each, without the status, which would invite the index of all that is due.
-- Two at once, or beside a cancel: rows that somebody else holds are passed by.
-- Dies before its commit: nothing happened. The notification goes out with the commit, never before what it is about.
with lifted as (
    delete from provider_suspensions where tenant_id = $1 and provider_id = $2
),
waiting as materialized (
    select next.id
    from providers p
    cross join unnest($3::smallint[]) as class(priority)
    cross join lateral (
        select d.id, d.status, d.provider_id, d.attempts, d.devices
        from deliveries d
        where d.status in ({status.waiting}) and d.priority = class.priority and d.tenant_id = p.tenant_id and d.channel = p.channel
          and d.due_at > (select clock_timestamp()) and d.due_at < (select clock_timestamp() + interval '11 minutes')
        order by d.due_at
        limit 10000) next
    where p.tenant_id = $1 and p.id = $2 and next.status = {status.queued} and next.provider_id is not null
      and case when next.devices is null
          then exists (select from attempts a where a.delivery_id = next.id and a.number = next.attempts and a.tenant_id = $1 and a.code like 'credentials%')
          else next.devices @? '$.outcomes[*] ? (exists(@.nextAttemptAt) && @.code starts with "credentials")' end
),
held as materialized (
    select locked.id
    from (select id from waiting order by id) asked
    cross join lateral (
        select d.id, d.status, d.due_at from deliveries d where d.id = asked.id and d.tenant_id = $1 offset 0 for update skip locked) locked
    where locked.status = {status.queued} and locked.due_at > clock_timestamp()
),
hastened as (
    update deliveries d
    set due_at = moment.at,
        devices = case when d.devices is not null then d.devices || jsonb_build_object('outcomes', (
            select jsonb_agg(case when o ? 'nextAttemptAt' and o->>'code' like 'credentials%' then o || jsonb_build_object('nextAttemptAt', moment.at) else o end order by n)
            from jsonb_array_elements(d.devices->'outcomes') with ordinality as e(o, n))) end
    from (select clock_timestamp() as at) moment
    where d.id = any (array(select id from held)) and d.tenant_id = $1
)
select pg_notify('notification_providers', $1::text)
