-- The ledger. Transfers and postings are only ever added; balances are cumulative sums that the
-- CHECK constraints keep from being overdrawn even by a defect in the host.

CREATE TABLE ledger_assets (
    code  text PRIMARY KEY CHECK (code ~ '^[A-Z][A-Z0-9]{1,9}$'),
    scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 9)
);

INSERT INTO ledger_assets (code, scale) VALUES ('COIN', 2), ('USD', 2);

CREATE TABLE ledger_accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Byte order, so that every host locks in the same order whatever its locale.
    address       text COLLATE "C" NOT NULL UNIQUE,
    asset         text NOT NULL REFERENCES ledger_assets (code),
    non_negative  boolean NOT NULL,
    posted_debit  bigint NOT NULL DEFAULT 0 CHECK (posted_debit >= 0),
    posted_credit bigint NOT NULL DEFAULT 0 CHECK (posted_credit >= 0),
    held_debit    bigint NOT NULL DEFAULT 0 CHECK (held_debit >= 0),
    held_credit   bigint NOT NULL DEFAULT 0 CHECK (held_credit >= 0),
    entries       bigint NOT NULL DEFAULT 0 CHECK (entries >= 0),
    created_at    timestamptz NOT NULL,
    CONSTRAINT ledger_accounts_no_overdraft
        CHECK (NOT non_negative OR posted_credit - posted_debit - held_debit >= 0)
) WITH (fillfactor = 50);

-- A database that moved to another server starts counting transactions anew; each such life is an
-- epoch, so that checkpoints can be cut by transaction number.
CREATE TABLE ledger_epochs (
    epoch      integer PRIMARY KEY,
    started_at timestamptz NOT NULL
);

CREATE TABLE ledger_transfers (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    phase         text NOT NULL CHECK (phase IN ('final', 'hold', 'post', 'void', 'reversal')),
    target        uuid REFERENCES ledger_transfers (id),
    explains_type text NOT NULL,
    explains_id   text NOT NULL,
    input_hash    bytea NOT NULL,
    digest        bytea NOT NULL,
    at            timestamptz NOT NULL,
    expires_at    timestamptz,
    epoch         integer NOT NULL REFERENCES ledger_epochs (epoch),
    xid           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CHECK (phase IN ('final', 'hold') OR target IS NOT NULL)
);

CREATE INDEX ledger_transfers_cut ON ledger_transfers (epoch, xid, id);
CREATE INDEX ledger_transfers_target ON ledger_transfers (target) WHERE target IS NOT NULL;
-- A hold is resolved once, a transfer reversed once.
CREATE UNIQUE INDEX ledger_transfers_resolution ON ledger_transfers (target)
    WHERE phase IN ('post', 'void', 'reversal');

CREATE TABLE ledger_postings (
    -- Given out while the accounts are locked, so it ascends within each account.
    id           bigint GENERATED ALWAYS AS IDENTITY,
    transfer_id  uuid NOT NULL REFERENCES ledger_transfers (id),
    n            smallint NOT NULL,
    from_account bigint NOT NULL REFERENCES ledger_accounts (id),
    to_account   bigint NOT NULL REFERENCES ledger_accounts (id),
    amount       bigint NOT NULL CHECK (amount > 0),
    pending      boolean NOT NULL,
    rule         text NOT NULL,
    -- The number of this entry within each account and the balance after it; none while pending.
    from_entry   bigint,
    to_entry     bigint,
    from_balance bigint,
    to_balance   bigint,
    PRIMARY KEY (transfer_id, n),
    CHECK (from_account <> to_account),
    CHECK (pending = (from_entry IS NULL) AND pending = (to_entry IS NULL)
        AND pending = (from_balance IS NULL) AND pending = (to_balance IS NULL))
);

CREATE INDEX ledger_postings_from ON ledger_postings (from_account, id) WHERE NOT pending;
CREATE INDEX ledger_postings_to ON ledger_postings (to_account, id) WHERE NOT pending;

-- The holds that are neither posted nor void; whoever deletes the row resolves the hold.
CREATE TABLE ledger_open_holds (
    transfer_id uuid PRIMARY KEY REFERENCES ledger_transfers (id),
    expires_at  timestamptz
);

CREATE INDEX ledger_open_holds_expiry ON ledger_open_holds (expires_at)
    WHERE expires_at IS NOT NULL;

CREATE TABLE ledger_checkpoints (
    n         bigint PRIMARY KEY,
    epoch     integer NOT NULL REFERENCES ledger_epochs (epoch),
    from_xid  xid8 NOT NULL,
    upto_xid  xid8 NOT NULL,
    transfers bigint NOT NULL,
    merkle    bytea NOT NULL,
    previous  bytea NOT NULL,
    -- The head of the audit log's own chain, sealed along with the transfers.
    witness   text NOT NULL,
    root      bytea NOT NULL UNIQUE,
    signature bytea NOT NULL,
    key_id    text NOT NULL,
    at        timestamptz NOT NULL
);

-- What the books looked like when they were last proved.
CREATE TABLE ledger_verifications (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    balanced boolean NOT NULL,
    report   jsonb NOT NULL
);

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_transfers FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_accounts_keep BEFORE DELETE OR TRUNCATE
    ON ledger_accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
