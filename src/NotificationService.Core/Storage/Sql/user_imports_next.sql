-- The file of people that has waited longest for :now, of any tenant.
select tenant, import from notification_meta.next_user_import(:now)
