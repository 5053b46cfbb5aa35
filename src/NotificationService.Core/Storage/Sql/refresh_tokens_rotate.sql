-- Uses a refresh token, or ends its sign-in when it was used before. Index: the primary key.
-- Race: any number of nodes may present the same token at once. The row lock lets one through; each of the others then
-- sees the row as that one left it, with another current hash, and ends the sign-in. Whoever cannot show the family's
-- secret was never given a token of this sign-in and changes nothing.
-- :tenant, :sign_in, :family_hash, :presented_hash, :next_hash, :now, :expires_at
update refresh_tokens set
    current_hash = case when current_hash = :presented_hash then :next_hash else current_hash end,
    rotations    = case when current_hash = :presented_hash then rotations + 1 else rotations end,
    expires_at   = case when current_hash = :presented_hash then :expires_at else expires_at end,
    revoked_at   = case when current_hash = :presented_hash then null else :now end
where tenant_id = :tenant and id = :sign_in and family_hash = :family_hash and revoked_at is null and expires_at > :now
returning revoked_at is null as rotated, account_id
