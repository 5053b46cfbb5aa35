-- A job and how far it is. :tenant, :id
select j.id, j.name, j.state, j.reason, j.reason_message, j.mode, j.dry_run, j.live, j.settings, j.columns, j.map, j.delimiter, j.encoding, encode(j.file_hash, 'hex') as file_hash, j.file_bytes,
    j.rows_total, j.rows_done, j.rows_queued, j.rows_repeated, j.sms_segments, j.samples, j.created_at, j.ended_at,
    j.rows_bad, p.rate, p.eta
from bulk_jobs j
left join lateral notification_meta.batch_pace(:tenant, :id, j.rows_total, j.rows_done, j.rows_queued) p on true
where j.tenant_id = :tenant and j.id = :id
