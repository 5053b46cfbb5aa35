-- A tenant that is being removed: closed_at is when it was asked for. From then on nobody signs in to it and nothing is sent; its rows go table by table.
alter table tenant_settings add column closed_at timestamptz;

-- What became of each tenant that was removed, readable without the tenant. The tenant's id stands here until the last of its rows has gone; the digest of it stays,
-- so that a token of the tenant is refused and whoever knows the id can see that the receipt is about it.
create table tenant_erasures (
    id            uuid primary key,
    subject       uuid,
    digest        uuid not null,
    requested_at  timestamptz not null,
    worked_until  timestamptz not null default '-infinity', -- a worker is at it
    swept_at      timestamptz,                              -- when it last looked through every table
    counts        jsonb not null default '{}',
    finished_at   timestamptz,
    key_id        text,
    signature     text
);
create index tenant_erasures_open on tenant_erasures (requested_at) where finished_at is null;
create index tenant_erasures_late on tenant_erasures (requested_at);
create index tenant_erasures_digest on tenant_erasures (digest);
grant select, insert on tenant_erasures to notification_app;
grant select, update on tenant_erasures to notification_worker;
