-- A sweep was made, and it is not the last: the next begins in a while. :tenant, :id, :again
update recipient_erasures set worked_until = clock_timestamp() + :again, phase = case when phase = 8 then 1 else phase end, passed_by = passed_by and phase <> 8,
    sweep_began = case when phase = 8 then clock_timestamp() else sweep_began end
where tenant_id = :tenant and id = :id and signature is null
