-- Ends when every statement that began deliveries of a batch, on whichever node, is committed; what begins after this transaction sees what it
-- changed. Comes after the change, so that nobody who begins waits for longer than for the commit. :batch
select pg_advisory_xact_lock(notification_meta.batch_lock(:batch))
