-- Gives back :amount of :day's quota that a node leased and nobody used. :tenant, :counter. Uses the primary key.
update daily_counts set taken = greatest(0, taken - :amount::bigint) where tenant_id = :tenant and day = :day and counter = :counter
