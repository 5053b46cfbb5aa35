-- Who of an outside issuer is which user here: written once, when an invitation is matched by the address that the issuer has verified. From then on the
-- person is known by issuer and subject, whatever the address is.
create table outside_people (
    tenant_id  uuid not null,
    issuer     text not null check (length(issuer) between 1 and 513),
    subject    text not null check (length(subject) between 1 and 255),
    account_id uuid not null,
    created_at timestamptz not null,
    primary key (tenant_id, issuer, subject),
    unique (tenant_id, account_id),
    foreign key (tenant_id, account_id) references users (tenant_id, id) on delete cascade
);
select notification_meta.protect_tenant_table('outside_people', 'select, insert', '');
