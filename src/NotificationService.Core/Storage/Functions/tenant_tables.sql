-- The tables that hold rows of tenants, as the catalogue has them now: those that others refer to come last, tenants at the very end. A table that is made later is found
-- by itself.
create or replace function notification_meta.tenant_tables() returns table (name text, place int)
language sql stable security definer set search_path = public, pg_temp as $$
    with recursive held as (
        select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    ),
    step as (
        select oid, 0 as depth from held
        union
        select k.conrelid, step.depth + 1 from step join pg_constraint k on k.confrelid = step.oid and k.contype = 'f' and k.conrelid <> k.confrelid and k.conparentid = 0
        where step.depth < 8
    )
    select c.relname::text, max(step.depth)
    from step join held on held.oid = step.oid join pg_class c on c.oid = step.oid
    group by c.relname
    order by (c.relname in ('tenants', 'tenant_settings')), max(step.depth) desc, c.relname
$$;

revoke all on function notification_meta.tenant_tables() from public;
grant execute on function notification_meta.tenant_tables() to notification_worker;
