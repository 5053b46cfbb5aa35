-- How many notices are sealed under each key that is not the current one; by index notices_by_key.
select key_id, count(*) as secrets from notices where key_id <> :current_key group by key_id order by key_id
