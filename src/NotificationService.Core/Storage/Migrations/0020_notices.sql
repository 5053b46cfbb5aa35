-- The key of the platform's own tenant is the service's. Whoever registered it before it was reserved keeps everything but the key.
do $$
declare
    holder uuid := (select tenant_id from tenants where key = 'system');
begin
    if holder is not null then
        perform set_config('app.tenant', holder::text, true);
        update tenants set key = 'system-' || left(md5(holder::text), 8) where tenant_id = holder;
        perform set_config('app.tenant', '', true);
    end if;
end $$;

-- A mail of the service itself to a person, until the intake of the tenant system has it. Written in the transaction of what it is about, under that
-- tenant; the address and the values, which may hold a token, are sealed as credentials are.
create table notices (
    tenant_id  uuid not null references tenants,
    id         uuid not null,
    template   text not null check (length(template) between 1 and 64),
    locale     text check (length(locale) between 1 and 35),
    key_id     text not null,
    sealed     bytea not null,
    attempts   int not null default 0,
    created_at timestamptz not null,
    due_at     timestamptz not null,
    primary key (tenant_id, id)
);
create index notices_due on notices (due_at, id);
create index notices_age on notices (created_at);
select notification_meta.protect_tenant_table('notices', 'insert', 'select, update, delete');
create policy worker_sees_the_queue on notices to notification_worker using (true) with check (true);
