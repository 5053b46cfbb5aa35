-- Tenants for those who look after the service, the newest first: one by its key, the suspended ones by their own index, or all. What is searched for is looked for
-- in the 10,000 newest below :before.
create or replace function notification_meta.list_tenants(before uuid, only_key text, only_suspended boolean, search text, max_rows int)
returns table (tenant_id uuid, key text, name text, created_at timestamptz, suspended_at timestamptz, suspended_reason text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if only_key is not null then
        return query select t.tenant_id, t.key, t.name, t.created_at, s.suspended_at, s.suspended_reason
        from tenants t left join tenant_settings s on s.tenant_id = t.tenant_id where t.key = only_key and t.tenant_id < before;
    elsif only_suspended then
        return query select t.tenant_id, t.key, t.name, t.created_at, s.suspended_at, s.suspended_reason
        from (select * from tenant_settings w where w.suspended_at is not null and w.tenant_id < before order by w.tenant_id desc limit 10000) s
        join tenants t on t.tenant_id = s.tenant_id
        where search is null or strpos(lower(t.key || ' ' || t.name), lower(search)) > 0
        order by t.tenant_id desc limit max_rows;
    else
        return query select t.tenant_id, t.key, t.name, t.created_at, s.suspended_at, s.suspended_reason
        from (select * from tenants w where w.tenant_id < before order by w.tenant_id desc limit case when search is null and only_suspended is null then max_rows else 10000 end) t
        left join tenant_settings s on s.tenant_id = t.tenant_id
        where (only_suspended is null or s.suspended_at is null) and (search is null or strpos(lower(t.key || ' ' || t.name), lower(search)) > 0)
        order by t.tenant_id desc limit max_rows;
    end if;
end $$;

revoke all on function notification_meta.list_tenants(uuid, text, boolean, text, int) from public;
grant execute on function notification_meta.list_tenants(uuid, text, boolean, text, int) to notification_app;
