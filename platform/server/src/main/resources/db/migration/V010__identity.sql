-- What the operator set, one row per topic; the version is what If-Match compares.
CREATE TABLE settings (
    key        text PRIMARY KEY,
    value      jsonb NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- People who sign in.
CREATE TABLE accounts (
    id                 uuid PRIMARY KEY,
    email              text NOT NULL,
    email_key          text NOT NULL UNIQUE,
    name               text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    locale             text NOT NULL CHECK (locale IN ('es', 'en')),
    roles              text[] NOT NULL
        CHECK (roles <@ ARRAY ['customer', 'node_operator', 'support', 'viewer', 'admin', 'super_admin']),
    state              text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    password_hash      text NOT NULL,
    totp_secret        bytea,
    totp_confirmed_at  timestamptz,
    -- The 30-second step of the last code taken: a code works once.
    totp_last_step     bigint NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL,
    last_login_at      timestamptz,
    last_login_address text,
    CHECK (totp_confirmed_at IS NULL OR totp_secret IS NOT NULL)
);

-- Owners of machines and wallets. Every account has a personal one.
CREATE TABLE teams (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    personal_of uuid UNIQUE REFERENCES accounts,
    created_at  timestamptz NOT NULL
);

-- Signed-in browsers. Only the SHA-256 of the cookie's value is kept.
CREATE TABLE sessions (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES accounts,
    token_hash    bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    second_factor boolean NOT NULL,
    address       text NOT NULL,
    user_agent    text NOT NULL,
    created_at    timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, last_seen_at DESC);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Tokens for programs. Only the SHA-256 is kept.
CREATE TABLE api_tokens (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts,
    name         text NOT NULL,
    token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    -- The first characters, to tell tokens apart.
    hint         text NOT NULL,
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_tokens_by_account ON api_tokens (account_id, id DESC);

-- Codes that stand in for a lost authenticator, once each.
CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES accounts,
    code_hash  bytea NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);

-- Keys put on a team's machines.
CREATE TABLE ssh_keys (
    id          uuid PRIMARY KEY,
    team_id     uuid NOT NULL REFERENCES teams,
    name        text NOT NULL,
    algorithm   text NOT NULL,
    public_key  text NOT NULL,
    fingerprint text NOT NULL,
    created_at  timestamptz NOT NULL,
    UNIQUE (team_id, fingerprint),
    UNIQUE (team_id, name)
);

-- One row per thing that is limited: the time at which its bucket would be full again.
CREATE TABLE throttles (
    key     text PRIMARY KEY,
    full_at timestamptz NOT NULL
);
CREATE INDEX throttles_by_end ON throttles (full_at);

-- Tokens that may set up the installation; emptied when that is done.
CREATE TABLE setup_tokens (
    token_hash bytea PRIMARY KEY,
    created_at timestamptz NOT NULL
);
