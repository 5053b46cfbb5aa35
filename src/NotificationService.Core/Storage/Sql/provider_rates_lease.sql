-- Leases the next calls of a provider's rate and says in how many seconds the first of them may begin; no row when more than
-- a fifth of a second ahead, or one call's time, is leased already: then ask again.
-- $1 tenant, $2 provider, $3 int calls, $4 int calls per second
-- The row holds the time up to which the rate is given away. It never lies in the past: what nobody used is not made up for. Nor does it lie further
-- ahead than anybody could have leased it: then the clock was set back, or a standby with another one took over.
-- Workers at once: the row lock is held for this statement alone, about ten times a second and worker.
insert into provider_rates as r (tenant_id, provider_id, given_until)
values ($1, $2, clock_timestamp() + interval '1 second' * ($3::float8 / $4))
on conflict (tenant_id, provider_id) do update
    set given_until = case when r.given_until > clock_timestamp() + interval '1 minute' then clock_timestamp() else greatest(r.given_until, clock_timestamp()) end
        + interval '1 second' * ($3::float8 / $4)
    where r.given_until < clock_timestamp() + greatest(interval '200 milliseconds', interval '1 second' / $4)
       or r.given_until > clock_timestamp() + interval '1 minute'
returning extract(epoch from given_until - clock_timestamp())::float8 - $3::float8 / $4
