-- Why an endpoint fails, beside since when: what the latest call came to, in the words of its attempts, with the status where there was one.
alter table webhook_endpoints add column last_failure text check (length(last_failure) <= 200);
