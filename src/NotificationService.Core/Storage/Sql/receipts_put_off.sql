-- A receipt that the database refused to apply comes again later, so that those behind it get their turn; after a day it is unmatched, with the error.
-- $1 tenant, $2 provider, $3 dedupe hash, $4 reason
update receipts
set next_try_at = clock_timestamp() + interval '1 minute', reason = $4,
    state = case when received_at < clock_timestamp() - interval '1 day' then 4 else state end
where tenant_id = $1 and provider_id = $2 and dedupe_hash = $3 and state = 1
