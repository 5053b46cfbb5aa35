-- Whether a tenant has suppressed addresses, and preferences of anybody: of one that has neither nobody needs to be looked up. :tenant.
select
    exists (select from (select 1 from suppressions s where s.tenant_id = :tenant limit 1) found) as suppresses,
    exists (select from (select 1 from recipient_preferences p where p.tenant_id = :tenant limit 1) found) as prefers
