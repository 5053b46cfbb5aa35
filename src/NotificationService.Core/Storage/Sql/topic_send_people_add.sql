-- Notes who is reached by a page of a send to several topics. Answers those who had not been reached before. :tenant, :send, :user_ids
insert into topic_send_people (tenant_id, send_id, user_id) select :tenant, :send, u.user_id from unnest(:user_ids::text[]) as u(user_id)
on conflict do nothing
returning user_id as reached
