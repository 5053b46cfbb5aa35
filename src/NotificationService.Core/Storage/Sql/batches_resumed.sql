-- Batches that were resumed and may have deliveries that are still put off.
select tenant, batch from notification_meta.resumed_batches()
