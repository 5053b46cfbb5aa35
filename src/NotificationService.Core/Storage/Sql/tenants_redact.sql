-- The next of a tenant's content whose time is over. :tenant, :days by the channel's number, :max
select notification_meta.redact_content(:tenant, :days::json, :max) as looked
