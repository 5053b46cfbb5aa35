-- Notes a device of a person who is locked (recipients_lock.sql). One that is known under its token keeps its row and is this person's from now on; beyond :max the ones not
-- seen for longest go. :tenant, :live, :user_id, :id, :kind, :token, :max, :now
with beyond as materialized (
    select id from recipient_devices where tenant_id = :tenant and live = :live and user_id = :user_id and token <> :token
    order by last_seen_at desc, id desc offset :max - 1
),
gone as (
    delete from recipient_devices d using beyond where d.tenant_id = :tenant and d.live = :live and d.user_id = :user_id and d.id = beyond.id
)
insert into recipient_devices as d (tenant_id, live, user_id, id, kind, token, created_at, last_seen_at)
select :tenant, :live, r.user_id, :id, :kind, :token, :now, :now from recipients r where r.tenant_id = :tenant and r.live = :live and r.user_id = :user_id
on conflict (tenant_id, live, token_key) where token_key is not null do update
set user_id = excluded.user_id, kind = excluded.kind, last_seen_at = excluded.last_seen_at
returning d.id as device_id
