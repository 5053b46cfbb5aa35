-- One row of each tenant that published in real time. Whoever publishes locks it: the sequence of a tenant becomes visible in its order, on every node.
create table realtime_heads (
    tenant_id       uuid primary key,
    sequence        bigint not null,
    forgot_sequence bigint not null default 0 -- up to this one it is no longer known what was published
) with (fillfactor = 50);
select notification_meta.protect_tenant_table('realtime_heads', 'select, insert, update', '');

-- What was published to those who are connected, kept as long as a client may be away and still be given all of it.
create table realtime_events (
    tenant_id  uuid not null,
    sequence   bigint not null,
    id         uuid not null,
    type       text not null check (length(type) between 1 and 128),
    audience   json not null,
    data       json not null,
    created_at timestamptz not null,
    primary key (tenant_id, sequence)
);
create index realtime_events_created on realtime_events (created_at);
select notification_meta.protect_tenant_table('realtime_events', 'select, insert', '');

-- Tickets of streams that were used: each is good once.
create table stream_tickets (
    tenant_id  uuid not null,
    id         uuid not null,
    expires_at timestamptz not null,
    primary key (tenant_id, id)
);
create index stream_tickets_expires on stream_tickets (expires_at);
select notification_meta.protect_tenant_table('stream_tickets', 'select, insert', '');

do $$ begin
    execute format('create policy owner_removes_old_events on realtime_events to %I using (true)', current_user);
    execute format('create policy owner_notes_what_is_forgotten on realtime_heads to %I using (true) with check (true)', current_user);
    execute format('create policy owner_removes_expired on stream_tickets to %I using (true)', current_user);
end $$;
