-- Takes a person out of the directory, with the devices, which go by their foreign key. Answers a row if there was one. :tenant, :live, :user_id
delete from recipients where tenant_id = :tenant and live = :live and user_id = :user_id returning id as removed_id
