-- A field as a hash covers it: its length and its text, so that no two entries read alike; - for none.
create or replace function notification_meta.audit_field(value text) returns text language sql immutable as $$
    select coalesce(octet_length(value)::text || ':' || value, '-') || ','
$$;

revoke all on function notification_meta.audit_field(text) from public;
grant execute on function notification_meta.audit_field(text) to notification_app;
