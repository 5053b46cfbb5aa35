-- A receipt that the database refused to apply comes again later, so that those behind it get their turn: after a minute, after two, … an hour
-- in the end. After 12 times, which is some seven hours, it is unmatched, with the error.
-- :place where the row is; locked by receipts_claim in this transaction, it stays there. :reason
update receipts r
set reason = :reason,
    tries = n.errors,
    state = case when n.errors >= 12 then {receipt.unmatched} else {receipt.pending} end,
    next_try_at = clock_timestamp() + least(interval '1 minute' * power(2, n.errors - 1), interval '1 hour')
from (select h.ctid as place, case when h.reason like 'error\_%' then h.tries + 1 else 1 end::smallint as errors from receipts h where h.ctid = :place::text::tid) n
where r.ctid = n.place
returning r.state
