-- Renewals that were not paid in time, and what the operator wants to happen then.

ALTER TABLE subscriptions
    -- From when a period is unpaid, and how often it was tried.
    ADD COLUMN due_since timestamptz,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- When to remind, try, suspend or destroy next.
    ADD COLUMN next_at timestamptz,
    ADD CONSTRAINT subscriptions_overdue CHECK (state <> 'past_due' OR due_since IS NOT NULL);

CREATE INDEX subscriptions_unpaid ON subscriptions (team_id)
    WHERE state IN ('past_due', 'suspended') AND ended_at IS NULL;
CREATE INDEX subscriptions_next ON subscriptions (next_at) WHERE next_at IS NOT NULL;

-- One row by policy, as the operator wrote it last; none for what was never changed.
CREATE TABLE billing_policies (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z-]{1,40}$'),
    policy     jsonb NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
