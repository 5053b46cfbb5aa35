-- The first two topics of each range of keys: whether a range reaches any, and whether all of them reach more than one. :tenant, :live, :from_keys, :before_keys side by side
select r.place::int as place, t.key, t.category
from unnest(:from_keys::text[], :before_keys::text[]) with ordinality as r(from_key, before_key, place)
cross join lateral (
    select v.key, v.category from topics v
    where v.tenant_id = :tenant and v.live = :live and v.key >= r.from_key and v.key < r.before_key and v.removed_at is null
    order by v.tenant_id, v.live, v.key limit 2) t
order by 1, 2
