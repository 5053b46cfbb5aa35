-- Of two chunks with one sequence at once the second waits for the first one's commit. :chunk is the batch and the sequence.
select pg_advisory_xact_lock(hashtextextended(:chunk, 10))
