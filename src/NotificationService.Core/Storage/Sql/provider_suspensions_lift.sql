-- A provider is new, works again, or somebody changed it: its suspension ends, what any provider of its channel refused for its account, or what found no
-- provider at all, and waits for the next try is due now, and every worker hears whose providers to read again. Says how many deliveries are due by it.
-- $1 tenant, $2 provider, $3 smallint[] priority classes, $4 interval how far ahead to look, $5 int the most of a lane's waiting deliveries to look at
--
-- What another provider refused is due as well: this one can take it. Of a push to several devices those devices are due that were refused for the account.
-- What waits is found by the index deliveries_due, class by class, among the due times of the next $4, because no such wait is longer; where a lane has
-- very much waiting for then, among its next $5. Asked again it finds the next ones, because those it found are due by then. What is not found is tried
-- at its own time.
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
        select d.id, d.status, d.attempts, d.devices
        from deliveries d
        where d.status in ({status.waiting}) and d.priority = class.priority and d.tenant_id = p.tenant_id and d.channel = p.channel
          and d.due_at > (select clock_timestamp()) and d.due_at < (select clock_timestamp() + $4::interval)
        order by d.due_at
        limit $5) next
    where p.tenant_id = $1 and p.id = $2 and next.status = {status.queued} and next.attempts > 0
      and (next.devices @? '$.outcomes[*] ? (exists(@.nextAttemptAt) && @.code starts with "credentials")'
          or exists (
              select from attempts a where a.delivery_id = next.id and a.number = next.attempts and a.tenant_id = $1
                  and ((a.code = 'no_provider' and p.enabled) or (next.devices is null and a.code like 'credentials%'))))
),
held as materialized (
    select locked.place
    from (select id from waiting order by id) asked
    cross join lateral (
        select d.ctid as place, d.status, d.due_at from deliveries d where d.id = asked.id and d.tenant_id = $1 offset 0 for update skip locked) locked
    where locked.status = {status.queued} and locked.due_at > clock_timestamp()
),
hastened as (
    update deliveries d
    set due_at = moment.at,
        devices = case when d.devices is not null then d.devices || jsonb_build_object('outcomes', (
            select jsonb_agg(case when o ? 'nextAttemptAt' and o->>'code' like 'credentials%' then o || jsonb_build_object('nextAttemptAt', moment.at) else o end order by n)
            from jsonb_array_elements(d.devices->'outcomes') with ordinality as e(o, n))) end
    from (select clock_timestamp() as at) moment
    where d.ctid = any (array(select place from held))
)
select (select count(*) from held)::int as hastened, pg_notify('notification_providers', $1::text)
