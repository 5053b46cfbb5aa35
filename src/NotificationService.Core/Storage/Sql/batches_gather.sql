-- Gathers some of what was added to the counts of batches. A row for each batch of it: whose it is, which one, and how many additions were taken in all. At most :max.
select tenant, batch, taken from notification_meta.gather_batches(:max)
