-- What is to be cancelled by what it is about: walked through what waits, some at a time (docs/decisions/0081-a-send-to-topics-is-a-walk.md).
create table notification_cancels (
    tenant_id    uuid not null,
    id           uuid not null,
    live         boolean not null,
    state        smallint not null default 1, -- 1 running, 2 done
    topic        text,
    category     text,
    reference    text,
    template     text,
    topic_from   text collate "C",            -- keys below the topic
    topic_before text collate "C",
    templates    uuid[],                      -- those that have the key, or had it
    until_id     uuid not null,               -- what was accepted before it was asked for has an earlier id
    lane         smallint not null default 0, -- where the walk is: a priority and a channel, and within it by due time
    after_due    timestamptz not null default '-infinity',
    after_id     uuid not null default '00000000-0000-0000-0000-000000000000',
    sweep        smallint not null default 1,
    swept        bigint not null default 0,   -- found by this sweep
    looked_at    bigint not null default 0,
    cancelled    bigint not null default 0,
    leased_until timestamptz,
    served_at    timestamptz,
    created_at   timestamptz not null,
    ended_at     timestamptz,
    primary key (tenant_id, id)
);
create index notification_cancels_running on notification_cancels (served_at) where state = 1;
create index notification_cancels_open on notification_cancels (tenant_id, id) where state = 1;
create index notification_cancels_ended on notification_cancels (ended_at) where state = 2;
select notification_meta.protect_tenant_table('notification_cancels', 'select, insert, update', '');
do $$ begin
    execute format('create policy owner_serves_cancels on notification_cancels to %I using (true) with check (true)', current_user);
end $$;
