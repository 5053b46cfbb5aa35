-- Every address that a stored recipient names, in the spelling of suppressions.
create or replace function notification_meta.addresses_of(recipient json) returns setof text language sql immutable parallel safe as $$
    select lower(recipient ->> 'email' collate "C") where recipient ->> 'email' is not null
    union all select recipient ->> 'phone' where recipient ->> 'phone' is not null
    union all select recipient ->> 'whatsapp' where recipient ->> 'whatsapp' is not null
    union all select token from json_array_elements_text(case json_typeof(recipient -> 'deviceTokens') when 'array' then recipient -> 'deviceTokens' else '[]' end) token
$$;

revoke all on function notification_meta.addresses_of(json) from public;
