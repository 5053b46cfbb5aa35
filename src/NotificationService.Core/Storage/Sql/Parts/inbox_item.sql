-- What a user sees of an item i, with the user's row u.
i.id, i.version, i.status, i.title, i.body, i.category, i.priority, (i.seen or i.arrived_version <= u.seen_version) as seen, i.action_url, i.actions, i.data,
    i.created_at, i.read_at, i.archived_at, i.snoozed_until, i.arrived_at, i.version = i.arrived_version as has_just_arrived
