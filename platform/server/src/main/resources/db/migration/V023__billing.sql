-- Subscriptions and the spans of time they were charged for.

CREATE TABLE split_rules (
    name       text NOT NULL,
    version    integer NOT NULL,
    valid_from timestamptz NOT NULL,
    parts      jsonb NOT NULL,
    PRIMARY KEY (name, version)
);

INSERT INTO split_rules (name, version, valid_from, parts)
VALUES ('standard', 1, '2020-01-01T00:00:00Z',
        '[{"party": "operator", "basis_points": 10000}]');

CREATE TABLE subscriptions (
    id           uuid PRIMARY KEY,
    team_id      uuid NOT NULL,
    account_id   uuid NOT NULL,
    order_id     uuid NOT NULL UNIQUE,
    instance_id  uuid NOT NULL UNIQUE,
    plan_id      uuid NOT NULL REFERENCES plans (id),
    component    text NOT NULL,
    asset        text NOT NULL REFERENCES ledger_assets (code),
    price_minor  bigint NOT NULL CHECK (price_minor >= 0),
    refund_rule  text NOT NULL CHECK (refund_rule IN ('prorated', 'none')),
    split_rule   text NOT NULL,
    split_version integer NOT NULL,
    state        text NOT NULL CHECK (state IN
        ('pending_activation', 'active', 'past_due', 'suspended', 'cancelled', 'expired')),
    reason       text NOT NULL,
    version      integer NOT NULL,
    -- Funds set aside for what comes next; none for what costs nothing.
    hold_id      uuid REFERENCES ledger_transfers (id),
    -- From when the running hour is not yet charged; none while paused and for slots.
    metered_from timestamptz,
    expires_at   timestamptz,
    activated_at timestamptz,
    ended_at     timestamptz,
    created_at   timestamptz NOT NULL,
    FOREIGN KEY (split_rule, split_version) REFERENCES split_rules (name, version),
    CHECK (metered_from IS NULL OR state = 'active')
);

CREATE INDEX subscriptions_team ON subscriptions (team_id, id);
CREATE INDEX subscriptions_due ON subscriptions (expires_at) WHERE state = 'active';

CREATE TABLE usage_spans (
    id              uuid PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscriptions (id),
    component       text NOT NULL,
    span            tstzrange NOT NULL,
    span_from       timestamptz NOT NULL GENERATED ALWAYS AS (lower(span)) STORED,
    span_to         timestamptz NOT NULL GENERATED ALWAYS AS (upper(span)) STORED,
    price_minor     bigint NOT NULL CHECK (price_minor >= 0),
    amount_minor    bigint NOT NULL CHECK (amount_minor >= 0),
    refunded_minor  bigint NOT NULL DEFAULT 0,
    transfer_id     uuid REFERENCES ledger_transfers (id),
    CHECK (NOT isempty(span) AND lower_inc(span) AND NOT upper_inc(span)
        AND lower(span) IS NOT NULL AND upper(span) IS NOT NULL),
    CHECK (refunded_minor BETWEEN 0 AND amount_minor),
    -- Spans of a subscription follow one another, so no second can be charged twice.
    UNIQUE (subscription_id, component, span_from),
    UNIQUE (subscription_id, component, span_to)
);
