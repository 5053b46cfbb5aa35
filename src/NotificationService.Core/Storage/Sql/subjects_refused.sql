-- Users and service accounts that were disabled within :within, of every tenant; at most :max.
select subject from notification_meta.refused_subjects(:within) as refused(subject) limit :max
