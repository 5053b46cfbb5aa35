-- One row of each user who has something in the inbox. Whatever changes an item of the user locks it: the changes of a user are one after the other, their
-- versions have no gap that fills up later, and the counts are those of the items (docs/decisions/0063-the-inbox-has-one-version-per-user.md).
create table inbox_users (
    tenant_id      uuid not null,
    user_id        text not null check (length(user_id) between 1 and 128),
    version        bigint not null default 0, -- that of the last change; each item has that of its own last change
    unread         bigint not null default 0 check (unread >= 0),
    unseen         bigint not null default 0 check (unseen >= 0),
    seen_version   bigint not null default 0, -- what arrived by then was seen
    forgot_version bigint not null default 0, -- up to this version it is no longer known what was deleted
    primary key (tenant_id, user_id)
) with (fillfactor = 70);
select notification_meta.protect_tenant_table('inbox_users', 'select, insert, update', 'select, insert, update');

-- What a user finds in the inbox. It has the id of its delivery, a content of its own and a retention of its own. A deleted one stays for a while without content,
-- so that a device that was away learns of it.
create table inbox_items (
    tenant_id       uuid not null,
    user_id         text not null,
    id              uuid not null,
    version         bigint not null,
    arrived_version bigint not null, -- the place in the list; whoever comes back from a snooze arrives again
    arrived_at      timestamptz not null,
    created_at      timestamptz not null,
    read_at         timestamptz,
    archived_at     timestamptz,
    snoozed_until   timestamptz,
    deleted_at      timestamptz,
    -- When it was last decided whether it is read, and whether it is archived: of two devices the later one decides.
    read_set_at     timestamptz not null,
    archived_set_at timestamptz not null,
    status          smallint not null generated always as (
        case when deleted_at is not null then 5 when snoozed_until is not null then 4 when archived_at is not null then 3 when read_at is not null then 2 else 1 end) stored,
    priority        smallint not null,
    seen            boolean not null default false,
    category        text,
    title           text not null,
    body            text not null,
    action_url      text,
    actions         json,
    data            json,
    primary key (tenant_id, user_id, id)
) with (fillfactor = 90);
-- Lists walk the first within one status. Both have a condition that is always true but that only their statements state, so that neither is taken for a look-up by key.
create index inbox_items_listed on inbox_items (tenant_id, user_id, status, arrived_version) where arrived_version is not null;
create index inbox_items_changed on inbox_items (tenant_id, user_id, version) where version is not null;
create index inbox_items_due on inbox_items (snoozed_until) where status = 4;
create index inbox_items_deleted on inbox_items (deleted_at) where status = 5;
select notification_meta.protect_tenant_table('inbox_items', 'select, insert, update', 'select, insert, update');

-- Maintenance runs as the owner, past the tenants' scopes: it finds what is due, and removes what was deleted long ago.
do $$ begin
    execute format('create policy owner_maintains on inbox_users to %I using (true) with check (true)', current_user);
    execute format('create policy owner_finds_what_is_due on inbox_items for select to %I using (true)', current_user);
    execute format('create policy owner_removes_what_was_deleted on inbox_items for delete to %I using (status = 5)', current_user);
    execute format('create policy owner_locks_what_was_deleted on inbox_items for update to %I using (status = 5)', current_user);
end $$;
