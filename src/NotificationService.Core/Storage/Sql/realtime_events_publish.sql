-- Publishes events of one tenant to those who are connected, in the order given. Answers the tenant's last sequence.
-- :tenant, :count how many; per event: :ids, :types, :audiences, :data
-- The tenant's head is locked to the end of the transaction: of two transactions the one with the lower sequence commits first. Relies on its primary key.
with head as (
    insert into realtime_heads as h (tenant_id, sequence) values (:tenant, :count::bigint)
    on conflict (tenant_id) do update set sequence = h.sequence + :count::bigint
    returning h.sequence
),
event as (
    insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
    select :tenant, head.sequence - :count::bigint + e.ord, e.id, e.type, e.audience::json, e.data::json, clock_timestamp()
    from head cross join unnest(:ids::uuid[], :types::text[], :audiences::text[], :data::text[]) with ordinality as e(id, type, audience, data, ord)
)
select sequence from head
