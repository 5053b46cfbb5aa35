-- Measures how fast batches go, and notes which of them have ended. :tenants and :batches side by side; one that was measured within :seconds is left alone.
select notification_meta.measure_batches(:tenants, :batches, :seconds)
