-- Money from outside. A payment's row, and with it the key of every call to its provider, is
-- written before the call.
CREATE TABLE payments (
    id              uuid PRIMARY KEY,
    team_id         uuid NOT NULL,
    account_id      uuid NOT NULL,
    purpose         text NOT NULL CHECK (purpose IN ('topup')),
    provider        text NOT NULL,
    -- What the provider was when the payment began; it must still be so when the money comes.
    mode            text NOT NULL CHECK (mode IN ('test', 'live')),
    asset           text NOT NULL,
    scale           int NOT NULL CHECK (scale BETWEEN 0 AND 9),
    amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
    -- Which attempt at which debt this is: charge/{what}/{n}.
    charge          text NOT NULL UNIQUE,
    provider_key    text NOT NULL UNIQUE,
    handle          text,
    vendor_account  text NOT NULL DEFAULT '',
    method          text NOT NULL DEFAULT '',
    state           text NOT NULL CHECK (state IN ('created', 'starting', 'requires_action',
        'authorized', 'pending', 'unknown', 'succeeded', 'declined', 'held')),
    -- Why it was declined or is held.
    reason          text,
    action_kind     text CHECK (action_kind IN ('redirect', 'token', 'form')),
    action_url      text,
    captured_minor  bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    -- What was given back or is about to be: refunds that were not declined.
    refunding_minor bigint NOT NULL DEFAULT 0 CHECK (refunding_minor BETWEEN 0 AND captured_minor),
    -- The transfer that credits it, named before it happens so that it happens once.
    credit_id       uuid NOT NULL UNIQUE,
    credited_at     timestamptz,
    -- What an operator has to look at although the payment went through.
    attention       text,
    checks          int NOT NULL DEFAULT 0,
    next_check_at   timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (provider, handle),
    CHECK ((state = 'succeeded') = (credited_at IS NOT NULL)),
    CHECK (state <> 'succeeded' OR captured_minor = amount_minor)
);
CREATE INDEX payments_team ON payments (team_id, created_at DESC, id DESC);
CREATE INDEX payments_newest ON payments (created_at DESC, id DESC);
CREATE INDEX payments_due ON payments (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE payment_refunds (
    id            uuid PRIMARY KEY,
    payment_id    uuid NOT NULL REFERENCES payments (id),
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
    provider_key  text NOT NULL UNIQUE,
    handle        text,
    state         text NOT NULL CHECK (state IN ('created', 'starting', 'pending', 'unknown',
        'succeeded', 'declined', 'held')),
    reason        text,
    note          text NOT NULL,
    requested_by  uuid NOT NULL,
    -- What is set aside in the customer's wallet until it is known whether it went.
    hold_id       uuid NOT NULL UNIQUE,
    checks        int NOT NULL DEFAULT 0,
    next_check_at timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);
CREATE INDEX payment_refunds_payment ON payment_refunds (payment_id);
CREATE INDEX payment_refunds_due ON payment_refunds (next_check_at) WHERE next_check_at IS NOT NULL;

-- Vendors' webhooks as they came in. One row per event; of requests that still have to be verified,
-- one per content.
CREATE TABLE payment_hooks (
    id          uuid PRIMARY KEY,
    provider    text NOT NULL,
    dedup       text NOT NULL,
    event_type  text NOT NULL DEFAULT '',
    subject     text,
    method      text NOT NULL,
    suffix      text NOT NULL,
    raw_query   text NOT NULL,
    headers     jsonb NOT NULL,
    body        bytea NOT NULL,
    state       text NOT NULL CHECK (state IN ('stored', 'unverified', 'applied', 'ignored',
        'refused')),
    received_at timestamptz NOT NULL,
    done_at     timestamptz,
    UNIQUE (provider, dedup)
);
CREATE INDEX payment_hooks_open ON payment_hooks (received_at)
    WHERE state IN ('stored', 'unverified');
