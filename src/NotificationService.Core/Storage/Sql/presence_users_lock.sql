-- Locks people for the rest of the transaction, in the order of their ids; makes the rows of those who were never connected. Uses the primary key. :tenant, :user_ids
-- Whoever changes where they are connected comes after this one, and sees what it did.
insert into presence_users as u (tenant_id, user_id, is_online, last_seen_at)
select :tenant, g.user_id, false, clock_timestamp() from unnest(:user_ids::text[]) as g(user_id) order by g.user_id
on conflict (tenant_id, user_id) do update set is_online = u.is_online
