-- Whether any tenant lists the origin. Asked before a tenant is known.
select notification_meta.is_origin_listed(:origin) as is_listed
