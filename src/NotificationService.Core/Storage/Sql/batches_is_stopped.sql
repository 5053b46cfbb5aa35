-- Whether a batch is held or cancelled. :tenant, :batch
select notification_meta.is_batch_stopped(:tenant, :batch) as is_stopped
