-- Removes deliveries from before :before that stand in a month that is not over; says how many. At most :max.
select notification_meta.delete_deliveries_before(:before, :max) as removed
