-- What was leased in each of the last 61 seconds: a window that slides, where whole minutes allowed twice the limit around their edge. minute and leased are
-- of the version before, which counts in them while both run; a later migration drops them (docs/decisions/0060-sliding-windows-by-leases.md).
alter table rate_limits
    alter column minute set default 0,
    alter column leased set default 0,
    add column second bigint,   -- the latest in which something was leased, since 1970 by the database's clock
    add column counts bigint[]; -- by second modulo 61
