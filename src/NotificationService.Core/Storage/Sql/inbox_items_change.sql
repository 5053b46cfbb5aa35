-- Changes items of one user's inbox; answers each that is there, as it is then. Items missing from the result do not exist.
-- :tenant, :user_id; per item, each id once: :ids, :reads whether it is to be read, or null, :read_times when that was decided, or null for now, :archives, :archive_times, :snoozes
-- until when, or null, :deletes, :returns whether its snooze has ended. :receipt_hashes under which its being read is reported once
--
-- Runs behind inbox_users_lock in its transaction: nobody else changes an item of this user meanwhile, and the counts stay those of the items.
-- A probe of the primary key per item, behind a fence. What was decided later on another device stays; a time to come counts as now. Whatever else is decided ends a snooze.
-- What does not change keeps its version. Each that changes has one of its own, in the order given.
-- Of a live delivery that was not read before, a receipt is kept that says so, and the same rules apply to it as to a vendor's.
with given as materialized (
    select g.ord, i.*, u.version as last_version, u.seen_version, now.at as now,
        g.reads, least(coalesce(g.read_time, now.at), now.at) as read_time, g.archives, least(coalesce(g.archive_time, now.at), now.at) as archive_time, g.snooze, g.deletes, g.returns, g.receipt_hash
    from (select clock_timestamp() as at offset 0) now
    cross join unnest(:ids::uuid[], :reads::boolean[], :read_times::timestamptz[], :archives::boolean[], :archive_times::timestamptz[], :snoozes::timestamptz[], :deletes::boolean[], :returns::boolean[], :receipt_hashes::bytea[])
        with ordinality as g(item, reads, read_time, archives, archive_time, snooze, deletes, returns, receipt_hash, ord)
    cross join (select u.version, u.seen_version from inbox_users u where u.tenant_id = :tenant and u.user_id = :user_id) u
    cross join lateral (
        select h.ctid as place, h.id, h.status, h.version, h.arrived_version, h.arrived_at, h.created_at, h.read_at, h.archived_at, h.snoozed_until, h.deleted_at, h.read_set_at, h.archived_set_at,
            h.priority, h.seen, h.category, h.title, h.body, h.action_url, h.actions, h.data
        from inbox_items h where h.tenant_id = :tenant and h.user_id = :user_id and h.id = g.item offset 0) i
    where i.status <> {inbox_status.deleted}
),
decided as materialized (
    select given.*, coalesce(reads is not null and read_time >= read_set_at, false) as sets_read, coalesce(archives is not null and archive_time >= archived_set_at, false) as sets_archived,
        returns and status = {inbox_status.snoozed} and snoozed_until <= now as comes_back
    from given
),
wanted as materialized (
    select d.*,
        case when comes_back then null when sets_read and not reads then null when sets_read then coalesce(read_at, read_time) else read_at end as new_read_at,
        case when comes_back then null when sets_archived and not archives then null when sets_archived then coalesce(archived_at, archive_time) else archived_at end as new_archived_at,
        case when comes_back then null when snooze is not null then snooze when sets_read or sets_archived then null else snoozed_until end as new_snoozed_until,
        case when deletes then now end as new_deleted_at,
        case when comes_back then false else seen or (sets_read and reads) end as new_seen
    from decided d
),
changed as materialized (
    select w.*, last_version + row_number() over (order by ord) as new_version,
        case when new_deleted_at is not null then {inbox_status.deleted} when new_snoozed_until is not null then {inbox_status.snoozed} when new_archived_at is not null then {inbox_status.archived}
            when new_read_at is not null then {inbox_status.read} else {inbox_status.unread} end as new_status
    from wanted w
    where (new_read_at, new_archived_at, new_snoozed_until, new_deleted_at, new_seen) is distinct from (read_at, archived_at, snoozed_until, null::timestamptz, seen)
        or comes_back
),
item as (
    update inbox_items i
    set version = c.new_version, read_at = c.new_read_at, archived_at = c.new_archived_at, snoozed_until = c.new_snoozed_until, deleted_at = c.new_deleted_at, seen = c.new_seen,
        read_set_at = case when c.sets_read then c.read_time else i.read_set_at end, archived_set_at = case when c.sets_archived then c.archive_time else i.archived_set_at end,
        arrived_version = case when c.comes_back then c.new_version else i.arrived_version end, arrived_at = case when c.comes_back then c.now else i.arrived_at end,
        title = case when c.deletes then '' else i.title end, body = case when c.deletes then '' else i.body end,
        action_url = case when not c.deletes then i.action_url end, actions = case when not c.deletes then i.actions end, data = case when not c.deletes then i.data end,
        category = case when not c.deletes then i.category end
    -- Both always hold. Without them a plan made while there was nothing reads all that the tenant has, to compare it with these.
    from (select * from changed where new_version > 0 and new_status > 0) c
    where i.ctid = c.place
),
-- Decided later, to the same end: the next decision is measured by it.
confirmed as (
    update inbox_items i
    set read_set_at = case when d.sets_read then d.read_time else i.read_set_at end, archived_set_at = case when d.sets_archived then d.archive_time else i.archived_set_at end
    from (select * from decided where (sets_read or sets_archived) and id not in (select id from changed) and ord > 0 and version > 0) d
    where i.ctid = d.place
),
tally as (
    select coalesce(max(new_version), max(last_version)) as version,
        sum((new_status = {inbox_status.unread})::int - (status = {inbox_status.unread})::int) as unread,
        sum((new_status = {inbox_status.unread} and not new_seen and (comes_back or arrived_version > seen_version))::int
            - (status = {inbox_status.unread} and not seen and arrived_version > seen_version)::int) as unseen
    from changed
),
counts as (
    update inbox_users u set version = coalesce(tally.version, u.version), unread = u.unread + coalesce(tally.unread, 0), unseen = u.unseen + coalesce(tally.unseen, 0)
    from tally
    where u.tenant_id = :tenant and u.user_id = :user_id
    returning u.unread, u.unseen, u.version as last_version
),
reported as (
    insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, kind, state, occurred_at, received_at, next_try_at, flags, live)
    select :tenant, d.provider_id, c.receipt_hash, notification_meta.new_id(), c.id, {receipt_kind.read}, {receipt.pending}, greatest(c.new_read_at, c.created_at), c.now, c.now, 0, d.live
    from changed c
    cross join lateral (select h.provider_id, h.live, h.status from deliveries h where h.tenant_id = :tenant and h.id = c.id offset 0) d
    where c.read_at is null and c.new_read_at is not null and not c.deletes and d.provider_id is not null and d.status <> {status.read}
    on conflict do nothing
)
select g.id, coalesce(c.new_version, g.version) as version, coalesce(c.new_status, g.status)::smallint as status, g.title, g.body, g.category, g.priority,
    coalesce(c.new_seen, g.seen) or g.arrived_version <= g.seen_version as seen, g.action_url, g.actions, g.data, g.created_at,
    case when c.id is null then g.read_at else c.new_read_at end as read_at, case when c.id is null then g.archived_at else c.new_archived_at end as archived_at,
    case when c.id is null then g.snoozed_until else c.new_snoozed_until end as snoozed_until,
    case when c.comes_back then g.now else g.arrived_at end as arrived_at, coalesce(c.comes_back, g.version = g.arrived_version) as has_just_arrived, c.id is not null as is_changed, (g.reads is null or g.sets_read) and (g.archives is null or g.sets_archived) as is_applied,
    counts.unread, counts.unseen, counts.last_version
from wanted g
left join changed c on c.id = g.id
cross join counts
order by g.ord
