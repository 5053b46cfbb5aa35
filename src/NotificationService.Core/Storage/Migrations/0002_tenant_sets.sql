-- Statements over the rows of several tenants (docs/decisions/0047-statements-over-many-tenants.md). A table that was made before there were sets gets
-- the worker's policy here, a new one from protect_tenant_table.
do $$
declare
    t regclass;
begin
    for t in
        select c.oid::regclass from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
          and has_table_privilege('notification_worker', c.oid, 'select, insert, update, delete')
          and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenants_in_scope_of_worker_to_all')
        order by c.relname
    loop
        perform notification_meta.tenants_in_scope(t, 'notification_worker', 'all');
    end loop;

    -- What the API accepts of several tenants together is written by one statement. It may not read what is there, but for the keys that are taken.
    foreach t in array array['notifications', 'deliveries', 'timeline', 'outbox', 'batch_changes', 'idempotency_keys']::regclass[]
    loop
        perform notification_meta.tenants_in_scope(t, 'notification_app', 'insert');
    end loop;
    perform notification_meta.tenants_in_scope('idempotency_keys', 'notification_app', 'select');
end $$;
