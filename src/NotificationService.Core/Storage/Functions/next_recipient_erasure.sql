-- An open erasure of a person that no worker is at, of the tenant that comes after the last one; of its erasures that which was looked at the longest ago. A tenant with a thousand has one
-- turn, as every other has. Two workers at once: the second passes by what the first takes.
create or replace function notification_meta.next_recipient_erasure(after uuid) returns table (tenant_id uuid, id uuid)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    bound uuid;
begin
    foreach bound in array array[after, '00000000-0000-0000-0000-000000000000'] loop
        return query
            update recipient_erasures e set worked_until = clock_timestamp() + interval '1 minute'
            from (
                select r.tenant_id, r.id from recipient_erasures r
                where r.finished_at is null and r.tenant_id > bound and r.worked_until < clock_timestamp() order by r.tenant_id, r.worked_until limit 1 for update skip locked) next
            where e.tenant_id = next.tenant_id and e.id = next.id
            returning e.tenant_id, e.id;
        exit when found;
    end loop;
end $$;

revoke all on function notification_meta.next_recipient_erasure(uuid) from public;
grant execute on function notification_meta.next_recipient_erasure(uuid) to notification_worker;
