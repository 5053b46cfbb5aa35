-- People who are to be erased, and what became of it. Who it is and how the person was reached stands here until the last trace has gone; the receipt stays
-- (docs/decisions/0073-how-a-person-is-erased.md).
create table recipient_erasures (
    tenant_id    uuid not null references tenants on delete cascade,
    id           uuid not null,
    live         boolean not null, -- false: only what was of the test mode
    digest       bytea not null check (octet_length(digest) = 32), -- keyed, of the userId
    user_id      text check (length(user_id) between 1 and 128),   -- until it is finished
    addresses    text[] check (cardinality(addresses) <= 2000),    -- until it is finished; every address that the person is known by
    -- Where the sweep that goes on is, and whether it has passed something by. What is behind a place was looked through for good.
    phase        smallint not null default 1,
    passed_by    boolean not null default false,
    job_id       uuid not null default '00000000-0000-0000-0000-000000000000',
    job_number   int not null default -1,
    walked       uuid not null default '00000000-0000-0000-0000-000000000000',
    event        bigint not null default 0,
    receipt      uuid not null default '00000000-0000-0000-0000-000000000000',
    counts       jsonb not null default '{}',
    requested_at timestamptz not null,
    asked_at     timestamptz not null,                     -- the last time
    sweep_began  timestamptz not null,
    worked_until timestamptz not null default '-infinity', -- a worker is at it
    finished_at  timestamptz,
    key_id       text,
    signature    text,
    primary key (tenant_id, id)
);
-- Asked for again while it goes on, it is the same one.
create unique index recipient_erasures_open on recipient_erasures (tenant_id, live, digest) where finished_at is null;
create index recipient_erasures_next on recipient_erasures (worked_until) where finished_at is null;
select notification_meta.protect_tenant_table('recipient_erasures', 'select, insert, update', 'select, update');
do $$ begin
    execute format('create policy owner_finds_the_next on recipient_erasures to %I using (true) with check (true)', current_user);
end $$;
