-- How many receipts of one state there are, from receipts_listed (tenant_id, state, id) alone; counts no further than $3.
-- $1 tenant, $2 state, $3 most to count
select count(*) from (
    select from receipts r where r.tenant_id = $1 and r.state = $2 order by r.state desc, r.id desc limit $3) counted
