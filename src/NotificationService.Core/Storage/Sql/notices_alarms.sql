-- What happened since :since that the admins of a tenant are to be written to about, at most :max.
select tenant_id, kind, subject, name, channel, reason, at from notification_meta.alarms_since(:since, :max)
