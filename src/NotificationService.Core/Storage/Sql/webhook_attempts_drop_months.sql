-- Drops the months of attempts that were over before :before; says how many.
select notification_meta.drop_webhook_attempts_before(:before) as removed
