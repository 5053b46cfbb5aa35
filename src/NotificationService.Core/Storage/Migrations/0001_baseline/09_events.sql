-- What must be published to whoever listens, written in the statement that made it true and removed in the transaction that publishes it
-- (docs/decisions/0019-the-timeline-is-the-log.md). For a delivery it only points to a row of the timeline, which is the log.
create table outbox (
    shard     smallint not null,                     -- of 8; one relay at a time works on one
    position  bigint not null generated always as identity, -- of two rows of one subject the later change has the larger one
    tenant_id uuid not null,
    subject   uuid not null,                         -- a delivery, or an event
    seq       smallint not null,                     -- the delivery's row of the timeline; 0: the subject is a row of events
    target    uuid,                                  -- the webhook endpoint that asked for it once more; null: whoever listens
    primary key (tenant_id, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- What the relay walks, a shard at a time, whosever rows they are.
create index outbox_queue on outbox (shard, position);
select notification_meta.protect_tenant_table('outbox', 'insert', 'select, insert, update, delete');
create policy worker_sees_the_queue on outbox to notification_worker using (true) with check (true);

-- Facts that are no delivery's: a batch or a file has ended, a provider is suspended, a webhook endpoint fails.
create table events (
    tenant_id   uuid not null,
    id          uuid not null,
    type        text not null check (type ~ '^[a-z_]+\.[a-z_]+$'),
    subject     uuid not null,                       -- the batch, the job, the provider, the endpoint
    occurred_at timestamptz not null,
    data        json,                                -- of earlier builds: what is published as it is
    -- What it is about, in the words of the tables; what is published of it is written by the service alone (docs/decisions/0037-one-place-for-public-json.md).
    facts       json,
    primary key (tenant_id, id)
);
create index events_occurred on events (occurred_at);
select notification_meta.protect_tenant_table('events', 'select, insert', 'select, insert');

-- Maintenance runs as the owner.
do $$ begin
    execute format('create policy owner_tells on outbox to %I using (true) with check (true)', current_user);
    execute format('create policy owner_tells on events to %I using (true) with check (true)', current_user);
end $$;

-- What becomes of an event of the tenant's own: which template is sent, and to whom.
create table event_rules (
    tenant_id  uuid not null,
    id         uuid not null,
    type       text not null check (length(type) between 1 and 200),
    template   text not null,
    channels   text[],              -- null: those of the template for which the recipient has an address
    recipient  json not null,       -- recipient field: path into the event
    data       json,                -- variable: path into the event; null: the event's data as they are
    category   text,
    priority   text,
    enabled    boolean not null,
    revision   int not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id)
);
create index event_rules_by_type on event_rules (tenant_id, type) where enabled;
select notification_meta.protect_tenant_table('event_rules', 'select, insert, update, delete', 'select');
