-- Takes due notices, the oldest first. Each time they are taken they are due again later, at most an hour: a worker that dies loses none, and what
-- the intake refuses is tried less and less often. Index: notices_due.
-- Race: any number of workers at once; FOR UPDATE SKIP LOCKED. One that is taken twice finds its key used, and is accepted once.
-- :lease interval until the first one is due again, :max
with picked as materialized (
    select n.ctid as place from notices n where n.due_at <= (select clock_timestamp()) order by n.due_at, n.id limit :max for update of n skip locked
)
update notices n set attempts = n.attempts + 1, due_at = clock_timestamp() + least(:lease::interval * power(2, least(n.attempts, 8)), interval '1 hour')
where n.ctid = any (array(select place from picked))
returning n.tenant_id, n.id, n.template, n.locale, n.sealed, n.attempts
