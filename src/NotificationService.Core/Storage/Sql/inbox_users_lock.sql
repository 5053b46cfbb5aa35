-- Locks a user's inbox for the rest of the transaction; makes its row if there is none yet. Uses the primary key. :tenant, :user_id
-- Whoever changes items of the user comes after this one, and sees what it did.
insert into inbox_users as u (tenant_id, user_id) values (:tenant, :user_id)
on conflict (tenant_id, user_id) do update set version = u.version
