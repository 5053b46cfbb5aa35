-- Whoever writes deliveries of a batch as begun shares this lock until the commit; whoever holds or cancels the batch takes it alone, last, and
-- answers after the commit. So what was begun before is committed before, and what begins after sees that the batch is held.
create or replace function notification_meta.batch_lock(batch uuid) returns bigint language sql immutable parallel safe
    as $$ select hashtextextended(batch::text, 16) $$;

revoke all on function notification_meta.batch_lock(uuid) from public;
grant execute on function notification_meta.batch_lock(uuid) to notification_app, notification_worker;
