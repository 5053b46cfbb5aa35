-- Locks a person whose devices are about to change, so that two changes at once take turns and the bound on devices holds. A row if there is one.
-- :tenant, :live, :user_id
select id as locked_id from recipients where tenant_id = :tenant and live = :live and user_id = :user_id for no key update
