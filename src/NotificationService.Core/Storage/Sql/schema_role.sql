-- Whom this connection acts as.
select current_user::text as role
