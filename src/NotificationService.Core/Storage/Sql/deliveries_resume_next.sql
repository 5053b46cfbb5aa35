-- Lets some of what was put off while its batch was held go on. $1 tenant, $2 batch, $3 most
-- Relies on deliveries_batch (tenant_id, batch_id, due_at) where batch_id is not null and status in (10, 20).
with picked as materialized (
    select ctid as place from deliveries where tenant_id = $1 and batch_id = $2 and status in ({status.waiting}) and due_at > clock_timestamp() + interval '50 years' order by due_at limit $3 for update skip locked
),
back as (
    update deliveries d set due_at = clock_timestamp() from picked where d.ctid = picked.place returning d.id
)
select count(*)::int from back
