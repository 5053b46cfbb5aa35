-- An erasure whose sweep is over: whether it has passed anything by, and how long after it was asked for it began. :tenant, :id
select passed_by, sweep_began - asked_at as age from recipient_erasures where tenant_id = :tenant and id = :id and phase = 8 and signature is null
