-- Counts with so many more under one name; nothing more leaves them as they are.
create or replace function notification_meta.counted(counts jsonb, name text, more int) returns jsonb language sql immutable parallel safe
    as $$ select case when coalesce(more, 0) = 0 then counts else jsonb_set(counts, array[name], to_jsonb(coalesce((counts ->> name)::bigint, 0) + more)) end $$;

revoke all on function notification_meta.counted(jsonb, text, int) from public;
grant execute on function notification_meta.counted(jsonb, text, int) to notification_app;
