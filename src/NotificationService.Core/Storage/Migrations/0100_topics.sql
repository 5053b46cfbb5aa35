-- Audiences. A key may nest by '/': what is sent to a topic reaches the subscribers of those below it. A mode has topics of its own
-- (docs/decisions/0080-topics-are-walked-by-their-keys.md).
create table topics (
    tenant_id   uuid not null,
    live        boolean not null,
    key         text collate "C" not null check (length(key) between 1 and 200),
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    category    text check (length(category) between 1 and 64),
    subscribers bigint not null default 0 check (subscribers >= 0),
    removed_at  timestamptz, -- nobody sees it any more; it goes when its last subscription has gone
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, live, key)
);
create unique index topics_by_id on topics (tenant_id, id) where id is not null;
create index topics_removed on topics (removed_at) where removed_at is not null;
select notification_meta.protect_tenant_table('topics', 'select, insert, update', '');

-- Who is sent what is sent to a topic. Nobody need be in the directory.
create table topic_subscriptions (
    tenant_id  uuid not null,
    live       boolean not null,
    topic      text collate "C" not null,
    user_id    text collate "C" not null check (length(user_id) between 1 and 128),
    created_at timestamptz not null,
    primary key (tenant_id, live, topic, user_id)
);
create index topic_subscriptions_of_person on topic_subscriptions (tenant_id, live, user_id, topic);
select notification_meta.protect_tenant_table('topic_subscriptions', 'select, insert, delete', '');

-- How many subscriptions a mode has, for the limit on them.
create table topic_directories (
    tenant_id     uuid not null,
    live          boolean not null,
    subscriptions bigint not null check (subscriptions >= 0),
    primary key (tenant_id, live)
);
select notification_meta.protect_tenant_table('topic_directories', 'select, insert, update', '');

do $$ begin
    execute format('create policy owner_finds_the_removed on topics to %I using (true) with check (true)', current_user);
end $$;
