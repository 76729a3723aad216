-- What the wallet knows beyond the ledger's accounts.

CREATE TABLE gift_codes (
    id           uuid PRIMARY KEY,
    code         text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9-]{4,40}$'),
    asset        text NOT NULL REFERENCES ledger_assets (code),
    bucket       text NOT NULL CHECK (bucket IN ('earned', 'promo', 'paid', 'balance')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    max_uses     integer NOT NULL CHECK (max_uses > 0),
    uses         integer NOT NULL DEFAULT 0,
    expires_at   timestamptz,
    active       boolean NOT NULL DEFAULT true,
    note         text NOT NULL,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    CHECK (uses BETWEEN 0 AND max_uses)
);

CREATE TABLE gift_redemptions (
    code_id     uuid NOT NULL REFERENCES gift_codes (id),
    team_id     uuid NOT NULL,
    account_id  uuid NOT NULL,
    transfer_id uuid NOT NULL REFERENCES ledger_transfers (id),
    at          timestamptz NOT NULL,
    PRIMARY KEY (code_id, team_id)
);

-- Coins that were given; those with an end are taken back when it comes, as far as unspent.
CREATE TABLE coin_grants (
    transfer_id  uuid PRIMARY KEY REFERENCES ledger_transfers (id),
    team_id      uuid NOT NULL,
    bucket       text NOT NULL CHECK (bucket IN ('earned', 'promo')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    granted_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    expired      boolean NOT NULL DEFAULT false
);

CREATE INDEX coin_grants_expiry ON coin_grants (expires_at)
    WHERE expires_at IS NOT NULL AND NOT expired;
CREATE INDEX coin_grants_team ON coin_grants (team_id, bucket) WHERE NOT expired;

-- What operators changed by hand, and why.
CREATE TABLE wallet_adjustments (
    id           uuid PRIMARY KEY,
    team_id      uuid NOT NULL,
    account_id   uuid NOT NULL,
    actor_id     uuid NOT NULL,
    asset        text NOT NULL REFERENCES ledger_assets (code),
    op           text NOT NULL CHECK (op IN ('add', 'sub', 'set')),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    change_minor bigint NOT NULL,
    reason       text NOT NULL,
    -- None when setting found nothing to change.
    transfer_id  uuid REFERENCES ledger_transfers (id),
    at           timestamptz NOT NULL
);

CREATE INDEX wallet_adjustments_team ON wallet_adjustments (team_id, at DESC);
