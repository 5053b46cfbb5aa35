-- What explaining one notification needs beside its rows: who sent it, with which template, what was left out. :tenant, :id.
select 1 as row_kind, n.template_id, n.skipped, coalesce(a.name, u.name) as sender, a.id is not null as is_service_account
from notifications n
left join lateral (select s.id, s.name from service_accounts s where s.tenant_id = :tenant and s.id = n.account_id offset 0) a on true
left join lateral (select w.name from users w where w.tenant_id = :tenant and w.id = n.account_id offset 0) u on true
where n.id = :id and n.tenant_id = :tenant
