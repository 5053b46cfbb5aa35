-- Gives an entry of the audit log its place in its tenant's chain. It runs when the transaction commits, so that the tenant's head, which is locked from here
-- on, is held no longer than the commit takes, whatever the transaction did before. Two that commit at once take turns at the head.
-- As the owner: nobody else may change an entry or a head.
create or replace function notification_meta.chain_audit_entry() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    place bigint;
    previous bytea;
    linked bytea;
    named text := new.actor_name;
begin
    if new.sequence is not null or new.hash is not null then
        raise exception 'an entry of the audit log is given its place by the database' using errcode = 'check_violation';
    end if;
    if named is null and new.actor_kind = 'user' then
        select left(u.name, 200) into named from users u where u.tenant_id = new.tenant_id and u.id = new.actor_id;
    elsif named is null and new.actor_kind = 'service_account' then
        select left(s.name, 200) into named from service_accounts s where s.tenant_id = new.tenant_id and s.id = new.actor_id;
    end if;
    insert into audit_heads as h (tenant_id, sequence, hash) values (new.tenant_id, 1, '')
    on conflict (tenant_id) do update set sequence = h.sequence + 1
    returning h.sequence, h.hash into place, previous;
    linked := notification_meta.audit_hash(
        previous, new.tenant_id, place, new.id, new.at, new.actor_kind, new.actor_id, named, new.ip, new.user_agent, new.action, new.target, new.detail, new.before, new.after);
    update audit_log a set sequence = place, hash = linked, actor_name = named where a.tenant_id = new.tenant_id and a.id = new.id;
    update audit_heads h set hash = linked where h.tenant_id = new.tenant_id;
    perform notification_meta.publish_audit_entry(new.tenant_id, new.id, place, new.at, new.actor_kind, new.actor_id, named, new.action, new.target);
    return null;
end $$;

revoke all on function notification_meta.chain_audit_entry() from public;
