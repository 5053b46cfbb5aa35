-- Begins a send to topics, and the batch that its notifications belong to. A row, unless :max_open of the tenant are running.
-- :tenant, :id, :account, :live, :reference, :topics, :from_keys, :before_keys, :several, :settings, :data, :content, :metadata, :trace_parent, :max_open, :now
with running as (
    select count(*) as n from (select from topic_sends t where t.tenant_id = :tenant and t.state = {topic_send.running} limit :max_open) listed
),
batch as (
    insert into batches (tenant_id, id, account_id, live, reference, created_at) select :tenant, :id, :account, :live, :reference, :now from running where n < :max_open
    returning id
)
insert into topic_sends (tenant_id, id, account_id, live, topics, from_keys, before_keys, several, people_gone, settings, data, content, metadata, trace_parent, created_at)
select :tenant, b.id, :account, :live, :topics, :from_keys, :before_keys, :several, not :several, :settings::json, :data::json, :content::json, :metadata::json, :trace_parent, :now from batch b
returning id as begun_id
