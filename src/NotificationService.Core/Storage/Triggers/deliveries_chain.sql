-- A delivery of a chain has ended, or a worker has put it back, to wait for its time or for a retry; meanwhile another may have ended.
create or replace trigger deliveries_chain after update of status on deliveries
for each row when (new.chain > 0 and new.status <> old.status
    and (new.status in ({status.reached}, {status.without_success}) or (new.status in ({status.waiting}) and old.status = {status.sending})))
execute function notification_meta.chain_goes_on();
