-- Takes up to :amount requests of what :subject has left of :limit in the last 60 seconds, the current one besides; nothing where fewer than :least are left. Answers what
-- was granted, what all nodes together have taken by then, and in how many seconds all of that is given back, or, where nothing was granted, :least of it (null: never).
-- Uses the primary key. Two nodes at once: the row lock orders them, and the clock is read under it. Without a row both insert one; whose insert
-- finds the other's answers no row, and is to ask again. A refusal writes nothing.
with held as materialized (
    select second, counts from rate_limits where subject = :subject for update
),
moment as materialized (
    -- A clock that was set back by a little goes on with the latest second; what lies further ahead is forgotten.
    select at, case when held.second - floor(at)::bigint between 0 and 2 then held.second else floor(at)::bigint end as second, held.second as latest, held.counts
    from (values (1)) as one (row) left join held on true, lateral (select extract(epoch from clock_timestamp())::float8 as at, held.second) as clock
),
kept as materialized (
    select k.second, k.taken
    from moment m, lateral (select m.latest - mod(m.latest - (u.place - 1), 61) as second, u.taken from unnest(m.counts) with ordinality as u (taken, place)) k
    where k.taken > 0 and k.second > m.second - 61 and k.second <= m.second
),
grants as materialized (
    select free, case when free >= :least::bigint then least(:amount::bigint, free) else 0 end as granted
    from (select :limit::bigint - coalesce(sum(taken), 0)::bigint as free from kept) as sums
),
ring as materialized (
    select array_agg(coalesce(k.taken, 0) + case when place = mod(m.second, 61) then g.granted else 0 end order by place) as counts
    from moment m, grants g, generate_series(0, 60) as place left join kept k on mod(k.second, 61) = place
),
updated as (
    update rate_limits r set second = m.second, counts = ring.counts
    from moment m, grants g, ring
    where r.subject = :subject and g.granted > 0 and exists (select from held)
    returning 1
),
inserted as (
    insert into rate_limits (subject, second, counts)
    select :subject, m.second, ring.counts from moment m, grants g, ring where g.granted > 0 and not exists (select from held)
    on conflict (subject) do nothing
    returning 1
)
select g.granted, :limit::bigint - g.free + g.granted as used,
    case when g.granted > 0 then m.second
        else (select min(k.second) from (select second, sum(taken) over (order by second) as freed from kept) k where g.free + k.freed >= :least::bigint)
    end + 61 - m.at as seconds_left
from moment m, grants g
where g.granted = 0 or exists (select from updated) or exists (select from inserted)
