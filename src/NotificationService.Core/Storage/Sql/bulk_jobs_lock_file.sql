-- Of two uploads of the same file at once the second waits for the first one's commit. :file is the tenant and the hash of the file.
select pg_advisory_xact_lock(hashtextextended(:file, 11))
