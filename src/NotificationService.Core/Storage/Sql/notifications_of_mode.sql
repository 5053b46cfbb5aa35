-- Those of some notifications that accounts of one mode sent. $1 tenant, $2 ids, $3 whether live. Relies on the primary key.
select id from notifications where id = any ($2) and tenant_id = $1 and live = $3
