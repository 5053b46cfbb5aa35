-- The one row that is claimed and updated. Narrow; unpartitioned; its own vacuum settings.
create table deliveries (
    id              uuid not null,
    tenant_id       uuid not null,
    channel         smallint not null,
    priority        smallint not null,
    status          smallint not null,
    claims          int not null default 0,       -- the fencing token: raised by every claim
    attempts        smallint not null default 0,  -- provider calls begun
    retried_from    smallint not null default 0,  -- attempts when somebody asked for a retry by hand
    rescues         smallint not null default 0,  -- times it was taken back from the dead
    timeline_seq    smallint not null default 1,  -- sequence of its last timeline row
    due_at          timestamptz not null,
    expires_at      timestamptz,
    lease_until     timestamptz,
    call_started_at timestamptz,
    lease_owner     uuid,
    provider_id     uuid,
    failure_kind    smallint,
    ambiguous       boolean not null default false, -- some attempt may have gone out without our knowing
    failure_code    text,
    failure_message text,
    provider_message_id text,
    chain           smallint not null default 0,  -- the place in its notification's chain, from 1; 0 for what is in none
    batch_id        uuid,
    -- A push to several devices is one delivery (docs/decisions/0032-one-delivery-several-devices.md). What became of each device, as the API
    -- shows it: {"reached": 1, "total": 2, "outcomes": [{"device": …, "outcome": …, "attempts": …}]}. Null for everything else.
    devices         jsonb,
    segments        smallint,                     -- parts that a text message was billed as
    sms_encoding    smallint,                     -- 1 GSM-7, 2 UCS-2
    live            boolean not null default true, -- the mode of its notification, and never another
    primary key (tenant_id, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 20000);
-- What may be claimed. A lane is (tenant, channel); claim skips from lane to lane along this index.
create index deliveries_due on deliveries (priority, tenant_id, channel, due_at, id) where status in (10, 20);
create index deliveries_leased on deliveries (lease_until) where status = 30;
-- What went wrong, for lists filtered by status; the successful path never writes here. What dead letters are filtered by stands in the index; all of
-- it fits into what was padding.
create index deliveries_ended_badly on deliveries (tenant_id, status, live, id) include (chain, channel, failure_kind) where status >= 70;
-- What a cancelled batch has left in the queue.
create index deliveries_batch on deliveries (tenant_id, batch_id, due_at) where batch_id is not null and status in (10, 20);
select notification_meta.protect_tenant_table('deliveries', 'select, insert, update', 'select, update');
create policy worker_sees_the_queue on deliveries to notification_worker using (true) with check (true);
-- Maintenance runs as the owner, past the tenants' scopes: it may see what waits, and remove only what has ended.
do $$ begin
    execute format('create policy owner_sees_what_waits on deliveries for select to %I using (true)', current_user);
    execute format('create policy owner_removes_what_ended on deliveries for delete to %I using (status not in (10, 20, 30))', current_user);
    execute format('create policy owner_locks_what_ended on deliveries for update to %I using (status not in (10, 20, 30))', current_user);
end $$;

create table timeline (
    delivery_id uuid not null,
    seq         smallint not null,
    tenant_id   uuid not null,
    status      smallint not null,
    at          timestamptz not null,
    detail      json,
    primary key (tenant_id, delivery_id, seq)
) partition by range (delivery_id);
-- Replays ask for what happened since an instant; the timeline is written in the order of time, or nearly.
create index timeline_at on timeline using brin (at) with (pages_per_range = 32, autosummarize = on);
select notification_meta.protect_tenant_table('timeline', 'select, insert', 'select, insert');
do $$ begin
    execute format('create policy owner_reads_a_window on timeline for select to %I using (true)', current_user);
end $$;

create table attempts (
    delivery_id uuid not null,
    number      smallint not null,
    tenant_id   uuid not null,
    provider_id uuid,
    outcome     smallint not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    code        text,
    message     text,
    provider_message_id text,
    segments    smallint, -- parts that a text message was billed as
    sms_encoding smallint,
    primary key (tenant_id, delivery_id, number)
) partition by range (delivery_id);
-- A vendor that cannot echo our id names its own. Only WhatsApp's cannot; the channel is the last digit of a delivery's id. So the other
-- channels pay next to nothing for it (docs/decisions/0012-receipts.md has the figures). A hash index, because only equality is ever asked for.
create index attempts_message on attempts using hash (provider_message_id)
    where provider_message_id is not null and right(delivery_id::text, 1) = '4';
select notification_meta.protect_tenant_table('attempts', 'select, insert', 'select, insert');
