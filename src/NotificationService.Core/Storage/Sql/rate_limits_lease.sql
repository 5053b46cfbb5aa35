-- Takes :amount requests of this minute's allowance of :subject. Answers how much all nodes have taken by now and how
-- many seconds of the minute are left. Uses the primary key. Two nodes at once: the row lock orders them, and each
-- sees the other's share; what goes beyond the limit is the caller's to cut.
insert into rate_limits as r (subject, minute, leased)
values (:subject, floor(extract(epoch from clock_timestamp()) / 60)::bigint, :amount)
on conflict (subject) do update set
    leased = case when r.minute = excluded.minute then r.leased + excluded.leased else excluded.leased end,
    minute = excluded.minute
returning leased, ((minute + 1) * 60 - extract(epoch from clock_timestamp()))::float8 as seconds_left
