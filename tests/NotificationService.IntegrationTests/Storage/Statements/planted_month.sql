-- A month of one tenant with many notifications beside two hundred others with few, in every table: how many says planted.notifications. In bulk, as the
-- superuser; run twice it adds to what is there. What is written once for all says so by "on conflict do nothing".
-- Of 40 notifications one is another tenant's; of 20 of the tenant's one is a chain of two channels; of 50 one failed; a few wait, are scheduled or held.
set local synchronous_commit = off;

create schema if not exists planted;
create table if not exists planted.start as select floor(extract(epoch from date_trunc('day', now()) - interval '13 days') * 1000)::bigint as ms;
create or replace function planted.ms() returns bigint language sql immutable as $$ select ms from planted.start $$;
-- A UUIDv7 of a row's number: the same for whoever asks. One expression, which is taken over into the statement: called a million times it would take most of the planting.
create or replace function planted.id(n bigint, salt text, digit text) returns uuid language sql stable as $$
    select (lpad(to_hex(planted.ms() + n * 5000), 12, '0') || '7' || substr(md5(salt || n), 1, 3) || '8' || substr(md5(salt || n), 4, 14) || digit)::uuid
$$;
create or replace function planted.fixed(kind text, n bigint) returns uuid language sql immutable as $$ select overlay(md5(kind || n) placing '7' from 13)::uuid $$;
-- The tenant of a number: 0 has most of it.
create or replace function planted.tenant(n bigint) returns uuid language sql immutable as $$
    select planted.fixed('tenant', case when n % 40 = 39 then 1 + (n / 40) % 200 else 0 end)
$$;

create or replace function planted.big() returns uuid language sql immutable as $$ select planted.tenant(0) $$;
-- Ids all over the month: from 1 on what was sent by e-mail, 3 by WhatsApp, 7 chains, 11 failed, 17 queued, 21 under a lease, when 1,000 or 1,200 apart.
create or replace function planted.ids(first bigint, count int, digit text default '1', salt text default 'n') returns uuid[] language sql stable as $$
    select array(select planted.id(first + case first when 21 then 1200 else 1000 end * k, salt, digit) from generate_series(1, count) k)
$$;

create temp table span as
select coalesce((select max(substr(reference, 3)::bigint) from notifications), 0) + 1 as first,
    coalesce((select max(substr(reference, 3)::bigint) from notifications), 0) + current_setting('planted.notifications')::bigint as last;

insert into tenants (tenant_id, key, name) select planted.fixed('tenant', g), 'planted-' || g, 'Planted' from generate_series(0, 200) g on conflict do nothing;
insert into tenant_settings (tenant_id, settings, revision, changed_at) select planted.fixed('tenant', g), case g when 0 then '{"retentionDays":{"email":1,"sms":1,"push":1,"whatsapp":1,"in_app":1}}'::json else '{}' end, 1, now() - interval '1 day' from generate_series(0, 200) g on conflict do nothing;
insert into tenant_erasures (id, digest, requested_at, finished_at) select planted.fixed('erasure', g), planted.fixed('digest', g), now() - g * interval '1 day', now() from generate_series(1, 200) g on conflict do nothing;
insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at)
select planted.fixed('user', g), planted.tenant(g), 'u-' || g, 'u' || g || '@example.com', 'U' || g || '@EXAMPLE.COM', 'U', '{user}', 's', now()
from span, generate_series(first, first + (last - first) / 40) g;
insert into outside_people (tenant_id, issuer, subject, account_id, created_at)
    select tenant_id, 'https://login.example.com', user_id, id, created_at from users on conflict do nothing;
insert into service_accounts (id, tenant_id, client_id, name, scopes, live, secret_hash, ip_allow_list, created_at)
select planted.fixed('account', g), planted.tenant(g), 'client-' || g, 'A', '{admin}', true, 'x', '{}', now() from span, generate_series(first, first + (last - first) / 200) g;
insert into refresh_tokens (id, tenant_id, account_id, family_hash, current_hash, created_at, expires_at)
select planted.fixed('token', g), planted.tenant(g), planted.fixed('user', g), sha256('f'), sha256('c'), now(), now() + interval '30 days'
from span, generate_series(first, first + (last - first) / 40) g;
insert into one_time_tokens (tenant_id, id, account_id, kind, hash, created_at, expires_at)
select planted.tenant(g), planted.fixed('one time', g), planted.fixed('user', g), 1, sha256('t'), now(), now() + (g % 2 * 2 - 1) * interval '1 day'
from span, generate_series(first, first + (last - first) / 40) g;
insert into totp_secrets (tenant_id, account_id, key_id, sealed, created_at)
select planted.tenant(g), planted.fixed('user', g), 'k1', '\x00', now() from span, generate_series(first, first + (last - first) / 40) g;
insert into ended_tokens (tenant_id, subject, version, is_sign_in, ended_at)
select planted.tenant(g), planted.fixed(case g % 2 when 0 then 'user' else 'token' end, g), 1, g % 2 = 1, now() - g % 4 * interval '1 hour' from span, generate_series(first, first + (last - first) / 40) g;
insert into user_imports (tenant_id, id, by_kind, by_id, by_roles, rows, created_at, next_at, ended_at)
select planted.tenant(g), planted.fixed('import', g), 1, planted.fixed('user', g), '{admin}', 1, now() - g % 2 * interval '40 days', now(), case when g % 5 <> 0 then now() end from span, generate_series(first, first + (last - first) / 200) g;
insert into user_import_rows (tenant_id, import_id, line, roles, groups, state)
select planted.tenant(g), planted.fixed('import', g), 2, '{user}', '{}', 1 from span, generate_series(first, first + (last - first) / 200) g;
insert into invitation_counts (tenant_id, day, sent)
select distinct planted.tenant(g), current_date, 1 from span, generate_series(first, first + (last - first) / 200) g on conflict do nothing;
insert into notices (tenant_id, id, template, key_id, sealed, created_at, due_at)
select planted.tenant(g), planted.id(g, 'notice', '0'), 'system.confirmation', 'k1', '\x00', now() - g % 2 * interval '4 days', now() + (g % 3 - 1) * interval '1 hour'
from span, generate_series(first, first + (last - first) / 40) g;
-- Chained by hand: so many entries of one transaction would each walk the versions of their tenant's head.
alter table audit_log disable trigger audit_log_chained;
insert into audit_log (id, tenant_id, at, actor_kind, actor_id, action, target, sequence, hash)
select planted.id(g, 'audit', '0'), planted.tenant(g), now() - case when g % 2 = 0 or g < (first + last) / 20 then 40 else 0 end * interval '1 day', 'user', planted.fixed('user', g % 10),
    'template.' || g % 20, 'template/' || g % 50, g, sha256('x')
from span, generate_series(first, first + (last - first) / 10) g;
alter table audit_log enable always trigger audit_log_chained;
insert into audit_heads (tenant_id, sequence, hash) select tenant_id, max(sequence), sha256('x') from audit_log group by tenant_id on conflict do nothing;
insert into lookups (tenant_id, id, type, code, labels, position, active, revision, created_at, updated_at)
select planted.tenant(g), planted.fixed('lookup', g), 'department', 'd-' || g, '{"en": "D"}', 1, true, 1, now(), now() from span, generate_series(first, first + (last - first) / 400) g;
insert into categories (tenant_id, id, key, name, names, channels, critical, marketing, digestable, revision, created_at, updated_at)
select planted.tenant(g), planted.fixed('category', g), 'c-' || (g - first), 'C', '{}', '{"sms": false}', false, true, false, 1, now(), now() from span, generate_series(first, first + least(last - first, 200000) / 400) g on conflict do nothing;
insert into recipient_preferences (tenant_id, user_id, version, says, updated_at)
select planted.tenant(g), 'u-' || g % 5000, 1, '{"paused":false,"channels":{"push":false},"categories":{"c-1":{"enabled":false}}}', now() from span, generate_series(first, last) g where g % 3 = 0 on conflict do nothing;
insert into templates (tenant_id, id, key, name, created_at, updated_at)
select planted.tenant(g), planted.fixed('template', g), 't-' || g, 'T', now(), now() from span, generate_series(first, first + (last - first) / 100) g;
insert into template_versions (tenant_id, template_id, version, contents, channels, created_at, published_at)
select planted.tenant(g), planted.fixed('template', g), 1, '{}', '{1}', now(), now() from span, generate_series(first, first + (last - first) / 100) g;
update templates t set published_version = 1 where published_version is null;
insert into template_version_fragments (tenant_id, template_id, version, kind, key, hash)
select planted.tenant(g), planted.fixed('template', g), 1, 1 + g % 2, 'f-' || g % 50, '' from span, generate_series(first, first + (last - first) / 100) g;
insert into template_fragments (tenant_id, kind, key, name, contents, includes, size, hash, revision, created_at, updated_at, author_kind)
select planted.tenant(g), 1 + g % 2, 'f-' || g, 'F', '{}', '{}', 2, '', 1, now(), now(), 'system' from span, generate_series(first, first + (last - first) / 100) g;
insert into providers (id, tenant_id, channel, type, name, priority, weight, enabled, settings, revision, created_at, updated_at)
select planted.fixed('provider', g), planted.fixed('tenant', g / 5), 1 + g % 5, case g % 5 when 3 then 'whatsapp_cloud' else 'sandbox' end, 'P', 10, 100, true, '{}', 1, now(), now()
from generate_series(0, 1004) g on conflict do nothing;
insert into provider_credentials (tenant_id, provider_id, field, key_id, sealed, hint)
select tenant_id, id, 'key', 'k1', '\x00', '…' from providers on conflict do nothing;
insert into provider_suspensions (tenant_id, provider_id, revision, code, message) select tenant_id, id, 1, 'c', 'm' from providers where channel = 2 on conflict do nothing;
insert into provider_rates (tenant_id, provider_id, given_until) select tenant_id, id, now() from providers where channel = 1 on conflict do nothing;
insert into event_rules (tenant_id, id, type, template, recipient, enabled, revision, created_at, updated_at)
select planted.tenant(g), planted.fixed('rule', g), 'order.' || g, 't', '{}', true, 1, now(), now() from span, generate_series(first, first + (last - first) / 400) g;
insert into webhook_endpoints (tenant_id, id, url, events, payload, headers, enabled, revision, created_at, updated_at)
select planted.fixed('tenant', g / 3), planted.fixed('endpoint', g), 'https://example.com/' || g, '{delivery.*}', 1, '{}', g <> 2, 1, now(), now()
from generate_series(0, 602) g on conflict do nothing;
insert into webhook_secrets (tenant_id, endpoint_id, field, key_id, sealed, created_at)
select tenant_id, id, 'secret:1', 'k1', '\x00', now() from webhook_endpoints on conflict do nothing;
insert into webhook_secrets (tenant_id, endpoint_id, field, key_id, sealed, created_at, retires_at)
select tenant_id, id, 'secret:0', 'k1', '\x00', now(), now() - interval '1 hour' from webhook_endpoints on conflict do nothing;
insert into daily_counts (tenant_id, day, counter, taken) select planted.tenant(g), current_date - (g % 10)::int, 'sms:+' || g, 1 from span, generate_series(first, last) g where g % 20 = 0 on conflict do nothing;
insert into rate_limits (subject, second, counts) select 's-' || g, 1800000000 + g % 100, array_fill(1::bigint, '{61}') from span, generate_series(first, last) g where g % 20 = 0 on conflict do nothing;

create temp table batch as
select planted.tenant(g) as tenant, planted.fixed('batch', g) as id, g from span, generate_series(first, first + (last - first) / 400) g;
insert into batches (tenant_id, id, live, state, reference, shared, created_at, closed_at, ended_at)
select tenant, id, true, case when g % 100 in (1, 4) then 1 else 2 end, 'b-' || g, '{}', now() - interval '1 day', case when g % 100 not in (1, 4) then now() end, case when g % 100 > 4 then now() end from batch;
insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, response)
select tenant, id, s, sha256('x'), planted.id(g * 20 + s, 'chunk', '0'), 10, 10, 0, 0, '{}' from batch, generate_series(0, 19) s;
insert into batch_counts (tenant_id, batch_id, status, n) select tenant, id, s, 100 from batch, unnest('{0,40,73,-1,-2}'::int[]) s;
insert into batch_changes (tenant_id, batch_id, status, delta) select tenant, id, 40, 1 from batch, generate_series(1, 5);
insert into bulk_jobs (tenant_id, id, account_id, live, name, state, mode, dry_run, settings, columns, map, delimiter, encoding, file_hash, file_bytes, row_ranges, rows_total, rows_done, created_at, ended_at)
select tenant, id, id, true, 'j', case when g % 100 = 1 then 3 else 5 end, 1, false, '{}', '[]', '[]', ',', 'utf-8', sha256('f' || g::text::bytea), 1, 10, 10000, 10, now() - interval '1 day', case when g % 100 <> 1 then now() end
from batch where g % 2 = 1;
insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells, state)
select tenant, id, s, planted.id(g * 400 + s, 'n', '0'), s * 20, array(select generate_series(1, 20)), '[["a@example.com"]]', case when g % 100 = 1 then 0 else 2 end
from batch, generate_series(0, 9) s where g % 2 = 1;
insert into bulk_errors (tenant_id, job_id, line, number, index, code, message)
select tenant, id, i, s, i, 'bad', 'is bad' from batch, generate_series(0, 9) s, generate_series(1, 5) i where g % 2 = 1;

create temp table planted as
select g, planted.tenant(g) as tenant, planted.id(g, 'n', '0') as id, to_timestamp((planted.ms() + g * 5000) / 1000.0) as at,
    case when g % 20 = 7 then '{1,2}'::int[] else array[case when g % 10 = 3 then 4 else 1 end] end as channels, g % 20 = 7 as chained,
    case when g % 4 < 2 then planted.fixed('batch', (select first from span) + (g - (select first from span)) / 400) end as batch,
    case when g % 50 = 11 then 73 when g % 200 = 13 then 74 when g % 100 = 17 then 20 when g % 100 = 57 then 10 when g % 400 = 21 then 30 when g % 5 = 0 then 50 else 40 end as status
from span, generate_series(first, last) g;
insert into notifications (id, tenant_id, account_id, live, template_id, template_version, category, reference, priority, recipient, data, metadata, created_at, strategy, batch_id)
select id, tenant, planted.fixed('account', 1), true, planted.fixed('template', 1), 1, 'c-' || g % 10, 'r-' || g, 2, json_build_object('userId', 'u-' || g % 5000, 'email', 'u' || g || '@example.com', 'phone', '+49151' || g),
    '{"name":"somebody","order":12345}', '{"k":"v"}', at, case when chained then 2 else 1 end, batch
from planted;
create temp table step as
select p.g, p.tenant, p.at, p.batch, overlay(p.id::text placing c::text from 36)::uuid as id, c as channel, case when chained then c else 0 end as chain,
    case when c = 2 and status = 40 then 10 else status end as status, planted.fixed('provider', case when p.tenant = planted.fixed('tenant', 0) then 0 else 5 * (1 + (g / 40) % 200) end + c - 1) as provider
from planted p, unnest(channels) c;
insert into deliveries (id, tenant_id, channel, priority, status, claims, attempts, timeline_seq, due_at, lease_until, lease_owner, call_started_at, provider_id, failure_kind, failure_code, provider_message_id, chain, batch_id)
select id, tenant, channel, 2, status, case when status < 30 then 0 else 1 end, case when status < 30 then 0 else 1 end, case when status < 30 then 1 when status = 30 then 2 else 3 end,
    case status when 10 then now() + interval '1 day' else at end, case status when 30 then now() + case g % 1200 when 21 then interval '1 hour' else interval '-1 hour' end end, case status when 30 then planted.fixed('lease', 1) end, case status when 30 then now() end,
    case when status > 30 then provider end, case status when 73 then 1 when 74 then 1 end, case status when 73 then 'f-' || g % 7 when 74 then 'bounced' end, case when status > 30 then 'm-' || g || '-' || channel end, chain, batch
from step;
insert into timeline (delivery_id, seq, tenant_id, status, at)
select id, s, tenant, case s when 1 then 20 when 2 then 30 else status end, at from step, generate_series(1, 3) s where s = 1 or (s = 2 and status >= 30) or (s = 3 and status > 30);
insert into attempts (delivery_id, number, tenant_id, provider_id, outcome, started_at, finished_at, provider_message_id)
select id, 1, tenant, provider, case when status in (73, 74) then 2 else 1 end, at, at, 'm-' || g || '-' || channel from step where status > 30;
insert into engagements (delivery_id, id, tenant_id, kind, at) select id, planted.id(g, 'engagement', '0'), tenant, 1, at from step where status = 50 and g % 10 = 0;
insert into idempotency_keys (tenant_id, key_hash, fingerprint, status_code, response) select tenant, sha256(('key' || g)::bytea), sha256('f'), 202, '{}' from planted where g % 4 = 0;
insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, outcome, created_at)
select planted.id(g, 'sandbox', '0'), tenant, provider, id, 1, channel, 'u' || g || '@example.com', '{}', 'accepted', at from step where g % 10 = 0;
insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, state, occurred_at, received_at, next_try_at, flags)
select tenant, provider, sha256(('receipt' || g)::bytea), planted.id(g, 'receipt', '0'), id, 'm-' || g || '-' || channel, 2, case g % 100 when 0 then 1 when 50 then 4 else 2 end, at, at, at, 0
from step where g % 5 = 0 and status > 30;
insert into suppressions (tenant_id, id, channel, address, reason, created_at, expires_at)
select tenant, planted.id(g, 'suppression', '0'), 1, 'u' || g || '@example.com', 1, at, case when g % 100 = 0 then now() - interval '1 day' end from planted where g % 10 = 0;
insert into events (tenant_id, id, type, subject, occurred_at, data) select tenant, planted.id(g, 'event', '0'), 'batch.completed', id, at, '{}' from planted where g % 20 = 0;
insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), tenant, id, 3 from step where status > 30 and g % 10 = 0 order by g;
insert into outbox (shard, tenant_id, subject, seq) select 100 + notification_meta.shard_of(id), tenant, id, 3 from step where g % 100 = 1 order by g;
insert into kafka_messages (shard, tenant_id, key, payload) select notification_meta.shard_of(id), tenant, id::text, '{}' from step where g % 10 = 0 order by g;
insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, reason, attempts, due_at, created_at, ended_at)
select planted.id(g, 'message', '0'), tenant, planted.fixed('endpoint', case when tenant = planted.fixed('tenant', 0) then g % 3 else 3 * (1 + (g / 40) % 200) end), id || '.3', 'delivery.sent', id, 1, at, '{"type":"delivery.sent"}',
    case g % 100 when 2 then 1 when 4 then 3 when 6 then 4 else 2 end, case g % 100 when 4 then 'exhausted' end, 1, at, at, case when g % 100 <> 2 then at end
from step where channel <> 2 and g % 2 = 0;
insert into webhook_attempts (message_id, number, tenant_id, endpoint_id, started_at, duration_ms, outcome, status, request_headers)
select id, 1, tenant_id, endpoint_id, created_at, 20, 1, 200, '{}' from webhook_messages w, span where w.id > planted.id(first - 1, 'message', 'f');
insert into webhook_replays (tenant_id, id, endpoint_id, mode, since, until, reached, state, worked_at, created_at, live)
select planted.fixed('tenant', 0), planted.fixed('replay', g), planted.fixed('endpoint', g), 1 + g, now() - interval '20 days', now(), now() - interval '20 days', 1, now() - interval '1 minute', now(), case when g = 1 then true end from generate_series(0, 1) g
on conflict do nothing;
insert into recipients (tenant_id, live, user_id, id, name, email, phone, tags, created_at, updated_at)
select tenant, true, 'u-' || g, planted.id(g, 'recipient', '0'), 'U ' || g, 'u' || g || '@example.com', '+1415555' || lpad((g % 10000)::text, 4, '0'), array['t-' || g % 10], at, at from planted
on conflict do nothing;
insert into recipient_devices (tenant_id, live, user_id, id, kind, token, created_at, last_seen_at)
select tenant_id, live, user_id, planted.id(substr(user_id, 3)::bigint * 20 + k, 'device', '0'), 1, 'token-' || user_id || '-' || k, created_at, created_at
from recipients, generate_series(1, 20) k where substr(user_id, 3)::bigint % 100 = 0 or (substr(user_id, 3)::bigint % 10 = 0 and k = 1) on conflict do nothing;
insert into recipient_erasures (tenant_id, id, live, digest, user_id, addresses, requested_at, asked_at, sweep_began, finished_at)
select planted.fixed('tenant', 0), planted.fixed('person-erasure', g), true, sha256(g::text::bytea), 'u-' || g, '{}', now(), now(), now(), case when g % 3 = 0 then now() - interval '2 days' end from generate_series(0, 2000) g on conflict do nothing;
insert into recipient_directories (tenant_id, live) select distinct tenant_id, live from recipients on conflict do nothing;
insert into topics (tenant_id, live, key, id, name, subscribers, created_at, updated_at)
select distinct on (tenant, g % 1000) tenant, true, 'topic-' || g % 1000, planted.id(g, 'topic', '0'), 'T', 10000000, at, at from planted where g % 2 = 0 on conflict do nothing;
insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at)
select tenant, true, 'topic-' || case when k = 0 then 0 else (g * 7 + k * 131) % 1000 end, 'u-' || g, at from planted, generate_series(0, 2) k where k = 0 or g % 10 = 0 on conflict do nothing;
insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at) select tenant, true, 'topic-' || k, 'many', at from planted, generate_series(1, 600) k where g % 1000 = 0 on conflict do nothing;
insert into topics (tenant_id, live, key, id, name, removed_at, created_at, updated_at) select tenant, true, 'gone', planted.id(g, 'gone-topic', '0'), 'T', at, at, at from planted where g % 1000 = 0 limit 1 on conflict do nothing;
insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at) select t.tenant_id, true, 'gone', 'u-' || k, now() from topics t, generate_series(1, 1000) k where t.key = 'gone' on conflict do nothing;
insert into topic_directories (tenant_id, live, subscriptions) select tenant_id, live, count(*) from topic_subscriptions group by 1, 2 on conflict (tenant_id, live) do update set subscriptions = excluded.subscriptions;
insert into topic_sends (tenant_id, id, account_id, live, state, topics, from_keys, before_keys, several, settings, people_gone, created_at, ended_at)
select tenant, planted.id(g, 'topic-send', '0'), planted.fixed('account', 0), true, case when g in (1000, 20000, 40000) then 1 else 2 end, '{topic-1}', '{topic-1}', array['topic-1' || chr(1)], true, '{}', g % 1000 > 0, at, case when g not in (1000, 20000, 40000) then at end
from planted where g % 20 = 0 on conflict do nothing;
insert into batches (tenant_id, id, account_id, live, state, created_at, closed_at, ended_at)
select tenant_id, id, account_id, live, state, created_at, ended_at, ended_at from topic_sends where state = 1 on conflict do nothing;
insert into notification_cancels (tenant_id, id, live, state, category, until_id, created_at, ended_at)
select tenant, planted.id(g, 'cancel', '0'), true, case when g in (1000, 20000, 40000) then 1 else 2 end, 'c-1', planted.id(g, 'cancel', '0'), at, case when g not in (1000, 20000, 40000) then at end from planted where g % 20 = 0 on conflict do nothing;
insert into topic_send_people (tenant_id, send_id, user_id) select tenant_id, id, 'u-' || k from topic_sends, generate_series(1, 200) k where not people_gone on conflict do nothing;
insert into inbox_items (tenant_id, user_id, id, version, arrived_version, arrived_at, created_at, read_set_at, archived_set_at, read_at, archived_at, snoozed_until, deleted_at, priority, category, title, body)
select tenant, case when g % 8 = 0 then 'much' else 'u-' || g % 5000 end, planted.id(g, 'n', '5'), g, g, at, at, at, at, case when g % 5 > 0 then at end, case when g % 50 = 2 then at end,
    case when g % 500 = 4 then now() - interval '1 minute' end, case when g % 500 = 6 then now() - interval '31 days' end, 2, 'c-' || g % 10, 'A title', 'A body'
from planted where g % 2 = 0;
insert into inbox_users as u (tenant_id, user_id, version, unread, unseen)
select i.tenant_id, i.user_id, max(i.version), count(*) filter (where i.status = 1), count(*) filter (where i.status = 1) from inbox_items i group by i.tenant_id, i.user_id
on conflict (tenant_id, user_id) do update set version = excluded.version, unread = excluded.unread, unseen = excluded.unseen;
insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
select tenant, g, planted.id(g, 'realtime', '0'), 'ticket.created', '[{"tenant":true}]', '{}', now() - g % 3 * interval '1 day' from planted where g % 10 = 0;
insert into realtime_heads as h (tenant_id, sequence) select tenant_id, max(sequence) from realtime_events group by tenant_id on conflict (tenant_id) do update set sequence = excluded.sequence;
insert into presence_nodes (id, alive_until) select planted.fixed('node', k), case when k = 3 then now() - interval '1 hour' else now() + interval '1 day' end from generate_series(1, 3) k on conflict do nothing;
insert into presence (tenant_id, user_id, node_id, room, connections)
select distinct on (tenant, g % 20000, r.room) tenant, 'u-' || g % 20000, planted.fixed('node', 1 + g % 3), r.room, 1 from planted
cross join lateral (values ('user:u-' || g % 20000), ('building-' || g % 10)) r(room) where g % 5 = 0 on conflict do nothing;
insert into presence_users (tenant_id, user_id, is_online, last_seen_at)
select distinct on (tenant, g % 30000) tenant, 'u-' || g % 30000, g % 3 > 0, now() - g % 60 * interval '1 day' from planted where g % 5 = 0 on conflict do nothing;
insert into stream_tickets (tenant_id, id, expires_at) select tenant, planted.id(g, 'ticket', '0'), now() - g % 2 * interval '1 hour' from planted where g % 20 = 0;

-- A backlog of the tenant, a tenth as many again: queued, under a lease, reports that wait, webhooks due and in flight. An index of what is open is small
-- when a plan is made and large an hour later.
create temp table backlog as
select g, planted.fixed('tenant', 0) as tenant, planted.id(g, 'backlog', '1') as id, planted.id(g, 'backlog', '0') as notification
from span, generate_series(first, first + (last - first) / 10) g;
insert into notifications (id, tenant_id, live, priority, recipient, data, created_at, strategy)
select notification, tenant, true, 2, '{"email":"a@example.com"}', '{}', now(), 1 from backlog;
insert into deliveries (id, tenant_id, channel, priority, status, claims, attempts, timeline_seq, due_at, lease_until, lease_owner)
select id, tenant, 1, 2, case when leased then 30 else 20 end, leased::int, 0, 1 + leased::int, now(), case when leased then now() + interval '1 hour' end, case when leased then planted.fixed('lease', 1) end
from backlog, lateral (select g % 2 = 0 as leased) x;
insert into timeline (delivery_id, seq, tenant_id, status, at) select id, s, tenant, s * 10 + 10, now() from backlog, generate_series(1, 1 + (g + 1) % 2) s;
insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, state, occurred_at, received_at, next_try_at, flags)
select tenant, planted.fixed('provider', 0), sha256(('backlog' || g)::bytea), planted.id(g, 'backlog receipt', '0'), id, 'm-b-' || g, 2, 1, now(), now(), now(), 0 from backlog;
insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, due_at, in_flight, created_at)
select planted.id(g, 'backlog message', '0'), tenant, planted.fixed('endpoint', 0), id || '.1', 'delivery.sent', id, 1, now(), '{"type":"delivery.sent"}', now() + g % 2 * interval '30 s', g % 2 = 1, now() from backlog;

insert into ledger_counts (tenant_id, hour, live, channel, status, accepted, n)
select tenant_id, notification_meta.hour_of(id), live, channel, case when status < 40 then 0 else status end, count(*), count(*) from deliveries group by 1, 2, 3, 4, 5
on conflict (tenant_id, hour, live, channel, status) do update set accepted = excluded.accepted, n = excluded.n;
insert into ledger_changes (tenant_id, hour, live, channel, status, accepted, delta) select tenant_id, hour, live, channel, status, 1, 1 from ledger_counts, generate_series(1, 3) where hour % 5 = 0;

-- As autovacuum does.
select brin_summarize_new_values(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid where c.relam = (select oid from pg_am where amname = 'brin') and c.relkind = 'i';

drop table span, batch, planted, step, backlog;
