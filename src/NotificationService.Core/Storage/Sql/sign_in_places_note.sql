-- Notes from where a person signs in; says whether it is new. Of several at once from there one is. Index: the primary key.
-- :tenant, :user, :place, :now
insert into sign_in_places (tenant_id, account_id, place, seen_at) values (:tenant, :user, :place, :now)
on conflict (tenant_id, account_id, place) do update set seen_at = excluded.seen_at
returning xmax = 0 as is_new
