-- Uses a refresh token, or ends its sign-in when it was used before. Index: the primary key.
-- Race: any number of nodes may present the same token at once. The row lock lets one through; each of the others then
-- sees the row as that one left it, with another current hash, and ends the sign-in. Whoever cannot show the family's
-- secret was never given a token of this sign-in and changes nothing.
-- $1 tenant, $2 sign-in, $3 family hash, $4 presented hash, $5 next hash, $6 now, $7 next expiry
update refresh_tokens set
    current_hash = case when current_hash = $4 then $5 else current_hash end,
    rotations    = case when current_hash = $4 then rotations + 1 else rotations end,
    expires_at   = case when current_hash = $4 then $7 else expires_at end,
    revoked_at   = case when current_hash = $4 then null else $6 end
where tenant_id = $1 and id = $2 and family_hash = $3 and revoked_at is null and expires_at > $6
returning revoked_at is null as rotated, account_id
