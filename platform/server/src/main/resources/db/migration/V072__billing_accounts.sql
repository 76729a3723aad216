-- What teams decided about their spending, and what they were told.

CREATE TABLE billing_accounts (
    team_id        uuid NOT NULL,
    asset          text NOT NULL REFERENCES ledger_assets (code),
    -- Who decided; its saved methods are charged.
    account_id     uuid NOT NULL,
    -- Most that is spent in a calendar month, UTC; none for no limit.
    cap_minor      bigint CHECK (cap_minor >= 0),
    -- Below which balance how much is topped up by saved methods; none for never.
    topup_below_minor bigint CHECK (topup_below_minor > 0),
    topup_minor    bigint CHECK (topup_minor > 0),
    -- Whether the next crossing tops up; off from one crossing until the balance is above again.
    topup_armed    boolean NOT NULL DEFAULT true,
    topup_count    bigint NOT NULL DEFAULT 0,
    version        bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (team_id, asset),
    CHECK ((topup_below_minor IS NULL) = (topup_minor IS NULL))
);

-- The last of the runway alerts a team was given; taken back when it has more again.
CREATE TABLE runway_alerts (
    team_id uuid NOT NULL,
    asset   text NOT NULL REFERENCES ledger_assets (code),
    days    integer NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (team_id, asset)
);
