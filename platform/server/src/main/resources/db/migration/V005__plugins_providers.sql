-- Plugins an operator switched off, on every host.
create table plugins_disabled (
    id          text        primary key,
    disabled_by text        not null,
    at          timestamptz not null default now()
);

-- Providers configured in the browser; those of files are not here.
create table provider_configs (
    kind       text        not null,
    name       text        not null check (name ~ '^[a-z0-9-]{1,40}$'),
    factory    text        not null,
    config     jsonb       not null, -- values that are no secrets
    secrets    bytea,                -- a JSON object, sealed under the master key
    version    bigint      not null default 1,
    updated_at timestamptz not null default now(),
    primary key (kind, name)
);

-- What providers remember; private to one configured provider.
create table provider_state (
    kind  text not null,
    name  text not null,
    key   text not null check (length(key) <= 200),
    value text not null check (octet_length(value) <= 65536),
    primary key (kind, name, key)
);
