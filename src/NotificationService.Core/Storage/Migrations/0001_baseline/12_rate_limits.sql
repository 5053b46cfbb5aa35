-- How much of the current minute's allowance the nodes have taken for themselves. One row per subject (a route class
-- with a tenant or a network), begun anew by the first lease of a minute. Not logged: a crash costs one minute's count.
create unlogged table rate_limits (
    subject    text primary key check (length(subject) <= 100),
    minute     bigint not null, -- whole minutes since 1970 by the database's clock
    leased     bigint not null
) with (fillfactor = 50);
grant select, insert, update, delete on rate_limits to notification_app;
