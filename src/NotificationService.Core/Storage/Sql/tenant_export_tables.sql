-- What a tenant may take along, as the catalogue has it now: each table of tenants' rows that the API reads, its key behind the tenant, and its columns without secrets: nothing
-- in bytes, and nothing whose name says that it is a secret, a hash or a token.
-- :left_out text[]: tables that are the service's own book-keeping, or hold nothing but secrets
select c.relname::text as name,
    array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k(num, place) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
        where a.attname <> 'tenant_id' order by k.place) as key_columns,
    array(select format_type(a.atttypid, null) from unnest(i.indkey::int2[]) with ordinality k(num, place) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
        where a.attname <> 'tenant_id' order by k.place) as key_types,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid <> 'bytea'::regtype
        and a.attname !~ '(secret|password|sealed|stamp|hash|token|fingerprint)' order by a.attnum) as columns
from pg_class c
join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
join pg_index i on i.indrelid = c.oid and i.indisprimary
where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  and has_table_privilege(current_user, c.oid, 'select') and c.relname <> all (:left_out)
order by 1
