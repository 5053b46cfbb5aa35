-- Notes how some endpoints do, of any tenants, disables those that asked for it or have failed for too long, and notifies their tenants.
-- per call: :tenants whose it is, :messages, :endpoints, :revisions its revision when it was called, :succeeded whether it succeeded, :used how many attempts the message has used, 0 for one that
-- succeeded, :disable why the endpoint is to be disabled at once, or null
--   and :failures what a call that failed came to, in stable words
-- :warns_after attempts of one message after which the tenant is notified, :fails_for how long nothing but failure is put up with
-- Runs in the transaction of webhook_messages_complete and counts only what that has written: a call whose claim was lost has nothing to say. Nor has one
-- to an endpoint that somebody changed meanwhile: it may have gone to another address.
-- Other endpoints learn which one it is by its id and host: the rest of an address may be what keeps it secret.
-- Locked in the order of their tenants and ids, so that two such statements never wait for each other in a circle. An endpoint that is well costs a probe.
with given as materialized (
    select c.tenant_id, c.endpoint_id as id, c.revision, bool_or(c.succeeded) as succeeded, count(*) filter (where not c.succeeded)::int as failed, max(c.used) as worst, min(c.disable) as disable,
        max(c.failure) filter (where not c.succeeded) as failure
    from unnest(:tenants::uuid[], :messages::uuid[], :endpoints::uuid[], :revisions::int[], :succeeded::boolean[], :used::int[], :disable::text[], :failures::text[]) as c(tenant_id, message_id, endpoint_id, revision, succeeded, used, disable, failure)
    cross join lateral (
        select from webhook_messages m where m.id = c.message_id and m.tenant_id = c.tenant_id and m.xmin = pg_current_xact_id()::xid offset 0) written
    group by c.tenant_id, c.endpoint_id, c.revision
),
asked as materialized (
    select g.tenant_id, g.id, bool_or(g.failed > 0 or g.disable is not null) as is_ill from given g group by g.tenant_id, g.id order by g.tenant_id, g.id
),
before as materialized (
    select e.tenant_id, e.id, e.url, e.enabled, e.revision, e.failing_since, e.warned_at
    from asked
    cross join lateral (
        select h.tenant_id, h.id, h.url, h.enabled, h.revision, h.failing_since, h.warned_at from webhook_endpoints h
        where h.tenant_id = asked.tenant_id and h.id = asked.id and (asked.is_ill or h.failing_since is not null) offset 0 for update) e
),
judged as materialized (
    select b.tenant_id, b.id, g.succeeded, g.failed, g.failure,
        case when b.enabled then coalesce(g.disable, case when not g.succeeded and g.failed > 0 and b.failing_since < clock_timestamp() - :fails_for::interval then 'failing' end) end as disabled_for,
        not g.succeeded and b.warned_at is null and g.worst >= :warns_after as warned
    from before b join given g on g.tenant_id = b.tenant_id and g.id = b.id and g.revision = b.revision
),
noted as (
    update webhook_endpoints e
    set failing_since = case when not j.succeeded then coalesce(e.failing_since, clock_timestamp()) end,
        failures = case when j.succeeded then 0 else e.failures + j.failed end,
        last_failure = case when not j.succeeded or j.disabled_for is not null then coalesce(left(j.failure, 200), j.disabled_for, e.last_failure) end,
        warned_at = case when j.succeeded then null when j.warned then clock_timestamp() else e.warned_at end,
        enabled = e.enabled and j.disabled_for is null,
        disabled_at = case when j.disabled_for is not null then clock_timestamp() else e.disabled_at end,
        disabled_for = coalesce(j.disabled_for, e.disabled_for),
        revision = e.revision + (j.disabled_for is not null)::int,
        updated_at = case when j.disabled_for is not null then clock_timestamp() else e.updated_at end
    from judged j where e.tenant_id = j.tenant_id and e.id = j.id
    returning e.tenant_id, e.id, e.url, e.failing_since, e.failures, e.last_failure, j.disabled_for, j.warned
),
published as materialized (
    select notification_meta.publish_event(n.tenant_id, notification_meta.new_id(), case when n.disabled_for is null then 'webhook_endpoint.failing' else 'webhook_endpoint.disabled' end,
        n.id, clock_timestamp(), json_build_object('host', substring(n.url from '^[a-z]+://(\[[^\]]*\]|[^/:?#]*)'), 'reason', n.disabled_for,
            'failing_since', n.failing_since, 'failures', n.failures, 'last_failure', n.last_failure))
    from noted n where n.warned or n.disabled_for is not null
),
audited as (
    insert into audit_log (id, tenant_id, at, actor_kind, action, target, after)
    select notification_meta.new_id(), n.tenant_id, clock_timestamp(), 'system', 'webhook_endpoint.disabled', 'webhook_endpoint/' || n.id,
        json_build_object('enabled', false, 'reason', n.disabled_for, 'failures', n.failures::text)
    from noted n where n.disabled_for is not null order by n.tenant_id, n.id
)
select id, disabled_for from noted where disabled_for is not null and (select count(*) from published) >= 0
