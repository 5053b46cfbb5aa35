-- :tenant, :id, :settles, :max
select notification_meta.erase_recipient(:tenant, :id, :settles, :max) as goes_on
