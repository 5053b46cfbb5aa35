-- The devices of a push that is stopped (stopped_status): those that were still to be tried are given up.
create or replace function notification_meta.stopped_devices(devices jsonb) returns jsonb language sql immutable parallel safe as $$
    select case when devices is not null then devices || jsonb_build_object('outcomes', (
        select jsonb_agg(case when o ? 'nextAttemptAt' then o - 'nextAttemptAt' || jsonb_build_object(
            'outcome', case o->>'outcome' when 'ambiguous' then 'ambiguous' else 'given_up' end) else o end order by n)
        from jsonb_array_elements(devices->'outcomes') with ordinality as e(o, n))) end
$$;

revoke all on function notification_meta.stopped_devices(jsonb) from public;
grant execute on function notification_meta.stopped_devices(jsonb) to notification_app, notification_worker;
