-- Leases the next calls of a provider's rate and says in how many seconds the first of them may begin; no row when more than
-- a fifth of a second ahead, or one call's time, is leased already: then ask again.
-- :tenant, :provider, :calls int, :per_second int
-- The row holds the time up to which the rate is given away. It never lies in the past: what nobody used is not made up for. Nor does it lie further
-- ahead than anybody could have leased it: then the clock was set back, or a standby with another one took over.
-- Workers at once: the row lock is held for this statement alone, about ten times a second and worker.
insert into provider_rates as r (tenant_id, provider_id, given_until)
values (:tenant, :provider, clock_timestamp() + interval '1 second' * (:calls::float8 / :per_second))
on conflict (tenant_id, provider_id) do update
    set given_until = case when r.given_until > clock_timestamp() + interval '1 minute' then clock_timestamp() else greatest(r.given_until, clock_timestamp()) end
        + interval '1 second' * (:calls::float8 / :per_second)
    where r.given_until < clock_timestamp() + greatest(interval '200 milliseconds', interval '1 second' / :per_second)
       or r.given_until > clock_timestamp() + interval '1 minute'
returning extract(epoch from given_until - clock_timestamp())::float8 - :calls::float8 / :per_second as seconds
