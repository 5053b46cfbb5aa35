-- Processes that people are connected to. What one wrote counts for as long as it renews this row: whoever looks sees that it was killed.
create table presence_nodes (
    id          uuid primary key,
    alive_until timestamptz not null
) with (fillfactor = 50);
grant select, insert, update on presence_nodes to notification_app;

-- Who is connected to which process, a row for each room that the connections are in.
create table presence (
    tenant_id   uuid not null,
    user_id     text not null check (length(user_id) between 1 and 128),
    node_id     uuid not null,
    room        text not null,
    connections int not null check (connections > 0),
    primary key (tenant_id, user_id, node_id, room)
);
create index presence_room on presence (tenant_id, room, user_id);
create index presence_node on presence (node_id, tenant_id, user_id);
select notification_meta.protect_tenant_table('presence', 'select, insert, update, delete', '');

-- Everybody who was connected lately. Whoever changes where somebody is connected locks the row: of two processes that lose the last connections at once, one sees what the other did.
create table presence_users (
    tenant_id    uuid not null,
    user_id      text not null,
    is_online    boolean not null, -- as it was announced last
    last_seen_at timestamptz not null,
    primary key (tenant_id, user_id)
) with (fillfactor = 70);
create index presence_users_gone on presence_users (last_seen_at) where not is_online;
select notification_meta.protect_tenant_table('presence_users', 'select, insert, update', '');

do $$ begin
    execute format('create policy owner_finds_whom_a_process_left on presence for select to %I using (true)', current_user);
    execute format('create policy owner_removes_who_is_gone on presence_users to %I using (not is_online)', current_user);
end $$;
