-- The hash of an entry of the audit log: of the hash before it and of every field. It must never change: what is stored would not hold any more.
create or replace function notification_meta.audit_hash(
    previous bytea, tenant uuid, place bigint, entry uuid, at timestamptz, actor_kind text, actor uuid, actor_name text, ip text, user_agent text, action text, target text,
    detail json, before json, after json) returns bytea
language sql immutable as $$
    select sha256(previous || convert_to(
        notification_meta.audit_field(tenant::text) || notification_meta.audit_field(place::text) || notification_meta.audit_field(entry::text)
        || notification_meta.audit_field((extract(epoch from at) * 1000000)::bigint::text)
        || notification_meta.audit_field(actor_kind) || notification_meta.audit_field(actor::text) || notification_meta.audit_field(actor_name)
        || notification_meta.audit_field(ip) || notification_meta.audit_field(user_agent) || notification_meta.audit_field(action) || notification_meta.audit_field(target)
        || notification_meta.audit_field(detail::text) || notification_meta.audit_field(before::text) || notification_meta.audit_field(after::text), 'UTF8'))
$$;

revoke all on function notification_meta.audit_hash(bytea, uuid, bigint, uuid, timestamptz, text, uuid, text, text, text, text, text, json, json, json) from public;
grant execute on function notification_meta.audit_hash(bytea, uuid, bigint, uuid, timestamptz, text, uuid, text, text, text, text, text, json, json, json) to notification_app;
