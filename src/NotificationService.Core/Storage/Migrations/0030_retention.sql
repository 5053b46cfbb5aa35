-- What outlived its use: sign-ins that have ended, messages that the sandbox was given, and the audit log. Each goes in batches, the oldest first; the
-- caller repeats until it answers less than it may. The settings say how long; the policies say what nobody may remove whatever the settings are.
create index audit_log_at on audit_log (at);

do $$ begin
    execute format('create policy owner_removes_old_messages on sandbox_messages to %I using (created_at < now() - interval ''1 hour'')', current_user);
    execute format('create policy owner_removes_old_entries on audit_log to %I using (at < now() - interval ''30 days'')', current_user);
end $$;

create function notification_meta.purge_sandbox_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from sandbox_messages where created_at < least(instant, now() - interval '1 hour')
        order by created_at limit batch_size for update skip locked),
    gone as (delete from sandbox_messages m using old where m.tenant_id = old.tenant_id and m.id = old.id returning 1)
    select count(*)::int from gone
$$;

create function notification_meta.purge_audit_log(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from audit_log where at < least(instant, now() - interval '30 days')
        order by at limit batch_size for update skip locked),
    gone as (delete from audit_log a using old where a.tenant_id = old.tenant_id and a.id = old.id returning 1)
    select count(*)::int from gone
$$;

-- A refresh token is of no use once its sign-in has ended; until then a second use of it must be noticed, also of one that was revoked.
create or replace function notification_meta.purge_refresh_tokens(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from refresh_tokens where expires_at < now() order by expires_at limit batch_size for update skip locked),
    gone as (delete from refresh_tokens t using old where t.tenant_id = old.tenant_id and t.id = old.id returning 1)
    select count(*)::int from gone
$$;

-- A signing secret that was replaced signs for a day more; then nobody needs it.
create index webhook_secrets_retired on webhook_secrets (retires_at) where retires_at is not null;
do $$ begin
    execute format('create policy owner_removes_retired on webhook_secrets to %I using (retires_at < now())', current_user);
end $$;
create function notification_meta.purge_webhook_secrets(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, endpoint_id, field from webhook_secrets where retires_at < now() order by retires_at limit batch_size for update skip locked),
    gone as (delete from webhook_secrets s using old where s.tenant_id = old.tenant_id and s.endpoint_id = old.endpoint_id and s.field = old.field returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_sandbox_messages(timestamptz, int), notification_meta.purge_audit_log(timestamptz, int), notification_meta.purge_webhook_secrets(int) from public;
grant execute on function notification_meta.purge_sandbox_messages(timestamptz, int), notification_meta.purge_audit_log(timestamptz, int), notification_meta.purge_webhook_secrets(int) to notification_worker;

-- What could not be published was dead-lettered for a person to look at (shard 100 and more). What is published of it is gone with its subject by then.
create function notification_meta.purge_outbox_dead_letters(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select shard, position from outbox where shard >= 100 and subject < notification_meta.uuid_floor(instant)
        order by shard, position limit batch_size for update skip locked),
    gone as (delete from outbox o using old where o.shard = old.shard and o.position = old.position returning 1)
    select count(*)::int from gone
$$;
revoke all on function notification_meta.purge_outbox_dead_letters(timestamptz, int) from public;
grant execute on function notification_meta.purge_outbox_dead_letters(timestamptz, int) to notification_worker;
