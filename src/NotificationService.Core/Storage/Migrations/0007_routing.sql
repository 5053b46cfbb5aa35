-- How many calls at once one worker makes to a provider; null leaves it to the worker.
alter table providers add column concurrency int check (concurrency between 1 and 5000);

-- Providers whose account does not work: their deliveries wait until somebody corrects it. A change of the provider raises its
-- revision and by that takes it out of here.
create table provider_suspensions (
    tenant_id   uuid not null,
    provider_id uuid not null,
    revision    int not null,
    code        text not null check (length(code) <= 100),
    message     text not null check (length(message) <= 500),
    suspended_at timestamptz not null default now(),
    primary key (tenant_id, provider_id),
    foreign key (tenant_id, provider_id) references providers (tenant_id, id) on delete cascade
);
select notification_meta.protect_tenant_table('provider_suspensions', 'select, delete', 'select, insert, update, delete');

-- Up to when each provider's rate is given away; one row for a provider with a limit, changed about ten times a second and worker.
create table provider_rates (
    tenant_id   uuid not null,
    provider_id uuid not null,
    given_until timestamptz not null,
    primary key (tenant_id, provider_id),
    foreign key (tenant_id, provider_id) references providers (tenant_id, id) on delete cascade
) with (fillfactor = 50);
select notification_meta.protect_tenant_table('provider_rates', '', 'select, insert, update');

-- Parts that a text message was billed as.
alter table attempts add column segments smallint;
