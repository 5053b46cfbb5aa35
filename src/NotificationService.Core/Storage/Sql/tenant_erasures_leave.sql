-- There is nothing to do for now; it is looked at again. :id, :again
update tenant_erasures set worked_until = clock_timestamp() + :again where id = :id
