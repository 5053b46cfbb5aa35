-- How many secrets of people's second factor are sealed under each key that is not the current one; by index totp_secrets_by_key.
select key_id, count(*) as secrets from totp_secrets where key_id <> :current_key group by key_id order by key_id
