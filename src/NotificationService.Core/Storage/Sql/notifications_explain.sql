-- What explaining one notification needs beside its rows: who sent it, with which template, what was left out. $1 tenant, $2 id.
select 1, n.template_id, n.skipped, coalesce(a.name, u.name), a.id is not null
from notifications n
left join lateral (select s.id, s.name from service_accounts s where s.tenant_id = $1 and s.id = n.account_id offset 0) a on true
left join lateral (select w.name from users w where w.tenant_id = $1 and w.id = n.account_id offset 0) u on true
where n.id = $2 and n.tenant_id = $1
