-- Uses a refresh token, or ends its sign-in when it was used before. Index: the primary key.
-- Race: any number of nodes may present the same token at once. The row lock lets one through; each of the others then
-- sees the row as that one left it, with another current hash, and ends the sign-in. Whoever cannot show the family's
-- secret was never given a token of this sign-in and changes nothing.
-- A cookie is shared by the tabs of a browser, so the one that was replaced less than :grace ago ends nothing: its bearer is answered without a next one.
-- :tenant, :sign_in, :family_hash, :presented_hash, :next_hash, :is_cookie, :ip, :user_agent, :now, :expires_at, :grace
update refresh_tokens set
    current_hash  = case when current_hash = :presented_hash then :next_hash else current_hash end,
    previous_hash = case when current_hash = :presented_hash and :is_cookie then current_hash else previous_hash end,
    rotated_at    = case when current_hash = :presented_hash then :now else rotated_at end,
    rotations     = case when current_hash = :presented_hash then rotations + 1 else rotations end,
    expires_at    = case when current_hash = :presented_hash then :expires_at else expires_at end,
    ip            = case when current_hash = :presented_hash then :ip else ip end,
    user_agent    = case when current_hash = :presented_hash then :user_agent else user_agent end,
    last_used_at  = case when current_hash = :presented_hash then :now else last_used_at end,
    revoked_at    = case when current_hash = :presented_hash or (previous_hash = :presented_hash and rotated_at > :now::timestamptz - :grace::interval) then null else :now end
where tenant_id = :tenant and id = :sign_in and family_hash = :family_hash and revoked_at is null and expires_at > :now
returning revoked_at is null as lives, current_hash = :next_hash as rotated, account_id
