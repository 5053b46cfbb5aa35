-- Whose tokens have ended within :longest (users and service accounts, and tenants by their digest) or :longest_of_people (sign-ins), of every tenant; at most :max
-- of each kind.
select subject, version, false as is_sign_in from notification_meta.ended_tokens_within(:longest, false, :max)
union all
select subject, version, true from notification_meta.ended_tokens_within(:longest_of_people, true, :max)
union all
select digest, 2147483647, false from notification_meta.removed_tenants(:longest, :max) as removed(digest)
