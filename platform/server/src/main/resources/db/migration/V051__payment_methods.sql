-- What customers' cards and wallets are called at providers. No card data is ever here.
CREATE TABLE payment_methods (
    id            uuid PRIMARY KEY,
    team_id       uuid NOT NULL,
    account_id    uuid NOT NULL,
    provider      text NOT NULL,
    mode          text NOT NULL CHECK (mode IN ('test', 'live')),
    provider_key  text NOT NULL UNIQUE,
    -- What the provider calls the saving of it, and what it calls the method.
    setup_handle  text,
    handle        text,
    state         text NOT NULL CHECK (state IN ('created', 'starting', 'requires_action',
        'pending', 'unknown', 'saved', 'declined', 'held', 'removing', 'removed')),
    reason        text,
    label         text NOT NULL DEFAULT '',
    expires       text CHECK (expires ~ '^[0-9]{4}-[0-9]{2}$'),
    -- The same for the same card whoever adds it; compared, never shown.
    fingerprint   text,
    action_kind   text CHECK (action_kind IN ('redirect', 'token', 'form')),
    action_url    text,
    is_default    boolean NOT NULL DEFAULT false CHECK (NOT is_default OR state = 'saved'),
    checks        int NOT NULL DEFAULT 0,
    next_check_at timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    UNIQUE (provider, setup_handle),
    CHECK (state <> 'saved' OR handle IS NOT NULL)
);
CREATE INDEX payment_methods_team ON payment_methods (team_id, created_at);
CREATE INDEX payment_methods_due ON payment_methods (next_check_at)
    WHERE next_check_at IS NOT NULL;
-- One default per team, and a card is saved once.
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (team_id) WHERE is_default;
CREATE UNIQUE INDEX payment_methods_saved ON payment_methods (team_id, provider, handle)
    WHERE state = 'saved';

-- What is collected for somebody else's debt, with the payer away.
ALTER TABLE payments ADD COLUMN method_id uuid REFERENCES payment_methods (id);
ALTER TABLE payments DROP CONSTRAINT payments_purpose_check;
ALTER TABLE payments ADD CONSTRAINT payments_purpose_check
    CHECK (purpose IN ('topup', 'debt', 'order'));
