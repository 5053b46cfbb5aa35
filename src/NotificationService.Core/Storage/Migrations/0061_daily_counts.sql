-- How much of a day's quota the nodes have leased, and when the tenant was notified of it. A counter is a channel, or a channel and the beginning of a number
-- (sms:+44); a day is the tenant's own.
create table daily_counts (
    tenant_id  uuid not null,
    day        date not null,
    counter    text not null check (length(counter) between 1 and 40),
    taken      bigint not null check (taken >= 0),
    near_at    timestamptz, -- when quota.near was published
    reached_at timestamptz, -- when quota.reached was published
    primary key (tenant_id, day, counter)
) with (fillfactor = 50);
create index daily_counts_day on daily_counts (day); -- what is purged
select notification_meta.protect_tenant_table('daily_counts', 'select, insert, update', '');

do $$ begin
    execute format('create policy owner_purges on daily_counts to %I using (true) with check (true)', current_user);
end $$;
