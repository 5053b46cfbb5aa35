-- Begins a sign-in, and ends the two oldest of the person's where there are more than :max: one for the new one, one for what a race left over.
-- One row at a time, by its place: for several the plan of an empty table would read the tenant's. Indexes: the primary key, refresh_tokens_open.
-- :tenant, :sign_in, :family_hash, :current_hash, :user, :ip, :user_agent, :now, :expires_at, :max
with beyond as materialized (
    select ctid as place, created_at from refresh_tokens where tenant_id = :tenant and account_id = :user and account_id is not null and revoked_at is null
    order by created_at desc offset :max - 1 limit 10 for no key update skip locked),
oldest as (
    update refresh_tokens t set revoked_at = :now where t.ctid = (select place from beyond order by created_at, place limit 1)),
next_oldest as (
    update refresh_tokens t set revoked_at = :now where t.ctid = (select place from beyond order by created_at, place limit 1 offset 1))
insert into refresh_tokens (tenant_id, id, family_hash, current_hash, account_id, ip, user_agent, created_at, last_used_at, expires_at)
values (:tenant, :sign_in, :family_hash, :current_hash, :user, :ip, :user_agent, :now, :now, :expires_at)
