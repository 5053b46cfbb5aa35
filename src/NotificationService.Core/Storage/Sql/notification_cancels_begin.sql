-- Asks for what is about something to be cancelled; what goes to topics and is all of that goes no further from its commit on. A row, unless :max_open of the tenant are running.
-- Templates under the key, of very many that had it the newest. :tenant, :id, :live, :topic, :category, :reference, :template, each or null, :topic_from, :topic_before keys below the
-- topic or null, :max_open, :now
with running as (
    select count(*) as n from (select from notification_cancels c where c.tenant_id = :tenant and c.state = {filtered_cancel.running} limit :max_open) listed
),
named as materialized (
    select t.id from templates t where :template::text is not null and t.tenant_id = :tenant and t.key = :template order by t.key desc, t.id desc limit 20
),
sends as materialized (
    select s.id from topic_sends s
    where s.tenant_id = :tenant and s.state = {topic_send.running} and s.live = :live
      and (:category::text is null or s.settings ->> 'category' = :category) and (:reference::text is null or s.settings ->> 'reference' = :reference)
      and (:template::text is null or s.settings -> 'template' ->> 'key' = :template)
      and (:topic::text is null or not exists (
          select from unnest(s.topics) as named(key) where named.key <> :topic and not (named.key collate "C" >= :topic_from and named.key collate "C" < :topic_before)))
),
begun as (
    insert into notification_cancels (tenant_id, id, live, topic, category, reference, template, topic_from, topic_before, templates, until_id, created_at)
    select :tenant, :id, :live, :topic, :category, :reference, :template, :topic_from, :topic_before, array(select id from named), :id, :now from running where n < :max_open
    returning id
),
stopped as (
    update batches b set state = {batch.cancelled}, closed_at = coalesce(b.closed_at, :now)
    from begun, sends s where b.tenant_id = :tenant and b.id = s.id and b.state = {batch.open}
)
select id as begun_id from begun
