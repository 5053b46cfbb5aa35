-- The people whom a tenant tells us of: how each is reached, and what the tenant knows of them. A mode has people of its own (docs/decisions/0075-the-recipient-directory.md).
create table recipients (
    tenant_id  uuid not null,
    live       boolean not null,
    user_id    text not null check (length(user_id) between 1 and 128),
    id         uuid not null, -- the place in the list
    name       text check (length(name) between 1 and 200),
    email      text check (length(email) between 3 and 254),
    phone      text check (length(phone) between 3 and 16),
    whatsapp   text check (length(whatsapp) between 3 and 16),
    locale     text check (length(locale) between 1 and 64),
    timezone   text check (length(timezone) between 1 and 64),
    attributes json,
    tags       text[] not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, live, user_id)
);
-- With a condition that is always true but that only lists state: a look-up of some people by their ids is not taken for a walk along the list.
create index recipients_listed on recipients (tenant_id, live, id) where id is not null;
select notification_meta.protect_tenant_table('recipients', 'select, insert, update, delete', '');

-- What a person carries about. A token is one device's, and a device one person's: whoever signs in on it last.
create table recipient_devices (
    tenant_id    uuid not null,
    live         boolean not null,
    user_id      text not null,
    id           uuid not null,
    kind         smallint not null, -- 1 fcm
    token        text not null check (length(token) between 1 and 4096),
    token_key    uuid not null generated always as (md5(token)::uuid) stored, -- a token is too long for an index
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (tenant_id, live, user_id, id),
    unique (tenant_id, live, token_key),
    foreign key (tenant_id, live, user_id) references recipients (tenant_id, live, user_id) on delete cascade
);
select notification_meta.protect_tenant_table('recipient_devices', 'select, insert, update, delete', '');

-- Which tenants ever put anybody into the directory: nobody else's sends look there.
create table recipient_directories (
    tenant_id uuid not null,
    live      boolean not null,
    since     timestamptz not null default clock_timestamp(),
    primary key (tenant_id, live)
);
select notification_meta.protect_tenant_table('recipient_directories', 'select, insert', '');
