-- People are invited; until they come they cannot sign in.
alter table users add column invited_at timestamptz; -- while the invitation is open

-- How many invitations a tenant has sent on a day. Anybody may register a tenant, and whoever is invited gets a mail.
create table invitation_counts (
    tenant_id uuid not null references tenants,
    day       date not null,
    sent      int not null,
    primary key (tenant_id)
);
select notification_meta.protect_tenant_table('invitation_counts', 'select, insert, update', '');
