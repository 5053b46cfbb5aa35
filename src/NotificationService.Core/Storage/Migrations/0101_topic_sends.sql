-- The topic by which a notification reached its recipient; null for what was sent to a person.
alter table notifications add column topic text collate "C";

-- What is sent to topics: walked from subscriber to subscriber, a page in a transaction. Its notifications and their counts are those of the batch with the same id
-- (docs/decisions/0081-a-send-to-topics-is-a-walk.md).
create table topic_sends (
    tenant_id     uuid not null,
    id            uuid not null,
    account_id    uuid not null,
    live          boolean not null,
    state         smallint not null default 1, -- 1 running, 2 done, 3 cancelled
    topics        text[] not null,             -- as they were named
    from_keys     text[] collate "C" not null, -- ranges of keys, none of which overlaps another, in their order
    before_keys   text[] collate "C" not null,
    several       boolean not null,            -- more than one topic: somebody may come twice
    settings      json not null,
    data          json,
    content       json,
    metadata      json,
    trace_parent  text,
    after_topic   text collate "C" not null default '', -- where the walk is
    after_user    text collate "C" not null default '',
    page          int not null default 1000,   -- subscribers of the next transaction: fewer after one that failed
    tries         smallint not null default 0,
    retry_at      timestamptz,
    leased_until  timestamptz,                 -- a worker is at it
    served_at     timestamptz,                 -- the one that waited longest is next
    people_gone   boolean not null default false,
    created_at    timestamptz not null,
    ended_at      timestamptz,
    primary key (tenant_id, id)
);
create index topic_sends_running on topic_sends (served_at) where state = 1;
create index topic_sends_open on topic_sends (tenant_id, id) where state = 1;
create index topic_sends_people on topic_sends (tenant_id, id) where not people_gone;
select notification_meta.protect_tenant_table('topic_sends', 'select, insert, update', '');

-- Who has been sent it, while it is walked: each person once over several topics.
create table topic_send_people (
    tenant_id uuid not null,
    send_id   uuid not null,
    user_id   text collate "C" not null,
    primary key (tenant_id, send_id, user_id)
);
select notification_meta.protect_tenant_table('topic_send_people', 'select, insert', '');

do $$ begin
    execute format('create policy owner_serves_sends on topic_sends to %I using (true) with check (true)', current_user);
end $$;
