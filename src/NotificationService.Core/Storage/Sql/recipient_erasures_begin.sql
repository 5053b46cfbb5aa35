-- Asks for a person to be erased: one that is asked for already is the same one, and one too many is none. Answers its id, if there is one.
-- :id, :tenant, :live, :digest, :user_id, :max_open of a tenant
with known as (
    select e.id from recipient_erasures e where e.tenant_id = :tenant and e.live = :live and e.digest = :digest and e.finished_at is null
)
insert into recipient_erasures as r (tenant_id, id, live, digest, user_id, addresses, requested_at, asked_at, sweep_began)
select :tenant, :id, :live, :digest, :user_id, '{}', now.at, now.at, now.at from (select clock_timestamp() as at offset 0) now
where exists (select from known)
    or (select count(*) from (select from recipient_erasures o where o.tenant_id = :tenant and o.finished_at is null limit :max_open) open) < :max_open
on conflict (tenant_id, live, digest) where finished_at is null do update set worked_until = '-infinity', phase = 1, asked_at = excluded.asked_at, sweep_began = excluded.sweep_began
returning r.id as erasure_id
