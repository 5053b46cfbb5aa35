-- Takes a device away from a person. Answers a row if there was one. :tenant, :live, :user_id, :id
delete from recipient_devices where tenant_id = :tenant and live = :live and user_id = :user_id and id = :id returning id as removed_id
