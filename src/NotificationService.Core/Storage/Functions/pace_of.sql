-- The formula of batch_pace, from rows that a list has read already: PostgreSQL makes it part of the list's statement.
create or replace function notification_meta.pace_of(done float8, total float8, held boolean, ended_at timestamptz, pace_at timestamptz, pace_done float8)
returns table (rate float8, eta float8) language sql stable as $$
    select round(p.rate::numeric, 1)::float8, case when total <= done then 0 when p.rate > 0 then round(least((total - done) / p.rate, 315360000)) end
    from (
        select case when not held and ended_at is null and pace_at is not null
            then greatest(0, done - pace_done) / greatest(extract(epoch from clock_timestamp() - pace_at)::float8, 0.001) end as rate) p
$$;

revoke all on function notification_meta.pace_of(float8, float8, boolean, timestamptz, timestamptz, float8) from public;
grant execute on function notification_meta.pace_of(float8, float8, boolean, timestamptz, timestamptz, float8) to notification_app, notification_worker;
