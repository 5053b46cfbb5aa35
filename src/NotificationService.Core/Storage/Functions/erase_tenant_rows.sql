-- Removes some rows of a tenant that is being erased from one table, and counts them in its receipt, in one transaction: whoever dies here has removed and counted the
-- same. Runs as the schema's owner under the tenant's scope, like any caller of that tenant. Only of a tenant whose erasure is open: no other is ever named here.
-- Reads the primary key or an index that begins with the tenant.
create or replace function notification_meta.erase_tenant_rows(erasure uuid, tbl text, max_rows int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid; before text := current_setting('app.tenant', true); rel regclass; gone int; cycle record; key name; bound text;
begin
    select e.subject into tenant from tenant_erasures e where e.id = erasure and e.finished_at is null for no key update;
    if tenant is null or not exists (select from notification_meta.tenant_tables() t where t.name = tbl) then
        return 0;
    end if;

    rel := tbl::regclass;
    perform set_config('app.tenant', tenant::text, true);
    -- Two tables that refer to each other: what can be empty is emptied first.
    for cycle in
        select k.conrelid::regclass as holder, a.attname as col
        from pg_constraint k
        join pg_constraint back on back.conrelid = k.confrelid and back.confrelid = k.conrelid and back.contype = 'f' and back.conparentid = 0
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey) and not a.attnotnull
        where k.contype = 'f' and k.confrelid = rel and k.conrelid <> rel and k.conparentid = 0
    loop
        execute format('update %s set %I = null where tenant_id = $1 and %I is not null', cycle.holder, cycle.col, cycle.col) using tenant;
    end loop;

    -- Along an index that begins with the tenant, from its beginning: what is looked up is never more than what goes.
    select a.attname into key from pg_index i
    join pg_attribute own on own.attrelid = i.indrelid and own.attnum = i.indkey[0] and own.attname = 'tenant_id'
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[1] and a.attnotnull
    where i.indrelid = rel and i.indisvalid and i.indpred is null order by i.indisprimary desc, i.indexrelid limit 1;
    if key is not null then
        execute format('select %2$I::text from %1$s where tenant_id = $1 order by tenant_id, %2$I offset $2 - 1 limit 1', rel, key) into bound using tenant, max_rows;
    end if;
    execute format('delete from %s where tenant_id = $1', rel) || case when bound is null then '' else format(' and %I <= %L', key, bound) end using tenant;
    get diagnostics gone = row_count;
    perform set_config('app.tenant', coalesce(before, ''), true);
    update tenant_erasures e set
        worked_until = clock_timestamp() + interval '1 minute',
        counts = case when gone = 0 then e.counts else jsonb_set(e.counts, array[tbl], to_jsonb(coalesce((e.counts ->> tbl)::bigint, 0) + gone)) end
    where e.id = erasure;
    return gone;
exception when foreign_key_violation then
    -- Somebody was quicker to add a row that refers to one of these: -1, and the next sweep finds that one first.
    perform set_config('app.tenant', coalesce(before, ''), true);
    return -1;
end $$;

revoke all on function notification_meta.erase_tenant_rows(uuid, text, int) from public;
grant execute on function notification_meta.erase_tenant_rows(uuid, text, int) to notification_worker;
