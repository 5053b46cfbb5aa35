-- Everything that would let one tenant see or touch another's rows, one line of text per finding; empty is well.
-- Run as each of the two service roles. A tenant table is any with a column tenant_id, partitions included.
with service_role as (
    select rolname from pg_roles where rolname in ('notification_app', 'notification_worker')
), tenant_table as (
    select c.oid, c.oid::regclass::text as name, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, pg_get_userbyid(c.relowner) as owner
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and c.relpersistence <> 't'
), reader as (
    select c.oid, c.oid::regclass::text as name, c.relkind, c.reloptions, r.rolname
    from pg_class c cross join service_role r
    where c.relkind in ('v', 'm') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and has_table_privilege(r.rolname, c.oid, 'select')
)
select format('the role %s is a superuser or bypasses row level security', rolname) as finding
from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)
union all
select format('the table %s lacks ENABLE or FORCE ROW LEVEL SECURITY', name)
from tenant_table where not (relrowsecurity and relforcerowsecurity)
union all
select format('the table %s is owned by the role %s, which could lift its protection', name, owner)
from tenant_table where owner in (select rolname from service_role)
union all
select format('the partition %s can be reached by the role %s past its parent', t.name, r.rolname)
from tenant_table t cross join service_role r
where t.relispartition and has_table_privilege(r.rolname, t.oid, 'select, insert, update, delete, truncate')
union all
select format('the role %s may truncate the table %s, which row level security does not see', r.rolname, t.name)
from tenant_table t cross join service_role r where has_table_privilege(r.rolname, t.oid, 'truncate')
union all
select format('the policy %s on %s lets %s past the tenant in scope', p.policyname, p.tablename, r.rolname)
from pg_policies p cross join service_role r
where p.permissive = 'PERMISSIVE' and (p.roles && array['public', r.rolname]::name[])
  and coalesce(p.qual, '') || coalesce(p.with_check, '') !~ 'current_setting\(''app\.'
  -- The worker claims from every tenant's queues.
  and not (r.rolname = 'notification_worker' and p.tablename in ('deliveries', 'receipts', 'outbox', 'webhook_messages', 'notices'))
union all
-- The API writes for several tenants together what it accepts, and reads only which of its keys are taken.
select format('the policy %s on %s lets %s read of several tenants at once', p.policyname, p.tablename, r.rolname)
from pg_policies p cross join service_role r
where p.permissive = 'PERMISSIVE' and (p.roles && array['public', r.rolname]::name[]) and coalesce(p.qual, '') ~ 'current_setting\(''app\.tenants'
  and r.rolname = 'notification_app' and not (p.tablename = 'idempotency_keys' and p.cmd = 'SELECT')
union all
select format('the view %s shows the role %s what its owner sees: it needs security_invoker', name, rolname)
from reader
where relkind = 'v'
  -- What an extension brought, such as pg_stat_statements, reads none of our tables.
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = reader.oid and d.deptype = 'e')
  and not exists (select 1 from unnest(reloptions) o where o ~* '^security_invoker=(true|on|yes|1)$')
union all
select format('the materialized view %s, which has no row level security, can be read by the role %s', name, rolname)
from reader where relkind = 'm'
order by 1
