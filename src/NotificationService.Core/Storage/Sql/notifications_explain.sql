-- What explaining one notification needs beside its rows: who sent it, with which template, what was left out. $1 tenant, $2 id.
select 1, n.template_id, n.skipped, coalesce(a.name, u.name), a.id is not null
from notifications n
left join service_accounts a on a.tenant_id = n.tenant_id and a.id = n.account_id
left join users u on u.tenant_id = n.tenant_id and u.id = n.account_id
where n.id = $2 and n.tenant_id = $1
