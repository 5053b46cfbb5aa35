-- Batches that were closed and have not ended, at most :max.
select tenant, batch, batch_state from notification_meta.unended_batches(:max)
