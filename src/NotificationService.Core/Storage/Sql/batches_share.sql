-- Begins deliveries of some batches: whoever holds or cancels one of them answers only when this transaction is over.
select notification_meta.share_batches(:batches)
