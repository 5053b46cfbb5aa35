-- Who did what, from where, what was before and after; and a chain of hashes for each tenant, by which a change of what is written is found.
-- An entry gets its place and its hash when its transaction commits (triggers/audit_log_chained). The version before wrote "detail", and may go on doing so.
alter table audit_log
    add column actor_name text check (length(actor_name) <= 200),
    add column ip text check (length(ip) <= 64),
    add column user_agent text check (length(user_agent) <= 300),
    add column before json check (octet_length(before::text) <= 32768),
    add column after json check (octet_length(after::text) <= 32768),
    add column sequence bigint check (sequence > 0),
    add column hash bytea check (octet_length(hash) = 32),
    add constraint audit_log_action_length check (length(action) <= 200),
    add constraint audit_log_target_length check (length(target) <= 300);

-- One row for each tenant: the last entry's place and hash, and those of the last entry that was purged, where what is left begins.
create table audit_heads (
    tenant_id       uuid primary key references tenants on delete cascade,
    sequence        bigint not null,
    hash            bytea not null,
    anchor_sequence bigint not null default 0,
    anchor_hash     bytea not null default ''
);

-- What was written before there was a chain is its beginning.
do $$
declare
    e audit_log;
    place bigint;
    previous bytea;
    linked bytea;
begin
    alter table audit_log no force row level security;
    for e in select * from audit_log order by tenant_id, at, id loop
        select h.sequence, h.hash into place, previous from audit_heads h where h.tenant_id = e.tenant_id;
        if not found then
            place := 0;
            previous := '';
        end if;
        linked := notification_meta.audit_hash(previous, e.tenant_id, place + 1, e.id, e.at, e.actor_kind, e.actor_id, null, null, null, e.action, e.target, e.detail, null, null);
        update audit_log a set sequence = place + 1, hash = linked where a.tenant_id = e.tenant_id and a.id = e.id;
        insert into audit_heads as h (tenant_id, sequence, hash) values (e.tenant_id, place + 1, linked)
        on conflict (tenant_id) do update set sequence = excluded.sequence, hash = excluded.hash;
    end loop;
    alter table audit_log force row level security;
end $$;

create unique index audit_log_sequence on audit_log (tenant_id, sequence);
create index audit_log_actor on audit_log (tenant_id, actor_id, id);
create index audit_log_action on audit_log (tenant_id, action, id);
create index audit_log_target on audit_log (tenant_id, target, id);

-- The service reads where a chain begins and ends; only the functions of the schema's owner move it.
select notification_meta.protect_tenant_table('audit_heads', 'select', '');

do $$
begin
    execute format('create policy owner_moves_heads on audit_heads to %I using (true) with check (true)', current_user);
    execute format('create policy owner_reads_entries on audit_log for select to %I using (true)', current_user);
    -- An entry is given its place once, and nothing of it is changed after that.
    execute format('create policy owner_chains_entries on audit_log for update to %I using (sequence is null) with check (sequence is not null)', current_user);
end $$;
