-- Prices by the month and the year, once, and for use; what spans and subscriptions know of them.

ALTER TABLE plan_prices
    DROP CONSTRAINT plan_prices_component_check,
    ADD CONSTRAINT plan_prices_component_check CHECK (component ~
        '^(hour|month|year|setup|slot[1-9][0-9]{0,3}h|usage-[a-z][a-z0-9-]{0,31})$'),
    ADD COLUMN unit text,
    ADD COLUMN included bigint CHECK (included >= 0),
    ADD COLUMN per bigint CHECK (per > 0),
    ADD COLUMN at_limit text CHECK (at_limit IN ('throttle', 'stop', 'charge')),
    ADD CONSTRAINT plan_prices_use CHECK (
        CASE WHEN component LIKE 'usage-%'
             THEN num_nonnulls(unit, included, per, at_limit) = 4
             ELSE num_nonnulls(unit, included, per, at_limit) = 0 END);

ALTER TABLE subscriptions
    -- Paid once, when it begins, out of a hold of its own.
    ADD COLUMN setup_minor bigint NOT NULL DEFAULT 0 CHECK (setup_minor >= 0),
    ADD COLUMN setup_hold_id uuid REFERENCES ledger_transfers (id),
    -- Where the periods are counted from, and by whose calendar.
    ADD COLUMN anchor_at timestamptz,
    ADD COLUMN zone text NOT NULL DEFAULT 'UTC',
    -- Since when plan, component and price are what they are.
    ADD COLUMN terms_at timestamptz;

UPDATE subscriptions SET terms_at = created_at,
       anchor_at = CASE WHEN component <> 'hour' THEN expires_at
           - make_interval(hours => substring(component FROM 'slot([0-9]+)h')::int) END;
ALTER TABLE subscriptions ALTER COLUMN terms_at SET NOT NULL;

ALTER TABLE usage_spans
    ADD COLUMN plan_id uuid REFERENCES plans (id),
    ADD COLUMN terms_at timestamptz,
    -- How long the time is that the price covers, where the amount is a part of it by time.
    ADD COLUMN price_seconds bigint CHECK (price_seconds > 0),
    -- How many units of use beyond what was included.
    ADD COLUMN quantity bigint CHECK (quantity >= 0);

UPDATE usage_spans u SET plan_id = s.plan_id, terms_at = s.created_at,
       price_seconds = CASE WHEN u.component = 'hour' THEN 3600
           ELSE extract(epoch FROM u.span_to - u.span_from)::bigint END
  FROM subscriptions s WHERE s.id = u.subscription_id;
ALTER TABLE usage_spans
    ALTER COLUMN plan_id SET NOT NULL,
    ALTER COLUMN terms_at SET NOT NULL,
    ADD CONSTRAINT usage_spans_measured CHECK (
        (component = 'setup' OR price_seconds IS NOT NULL) OR quantity IS NOT NULL);

-- What is used of a metric, by the reading; the terms are those of the order.
CREATE TABLE usage_meters (
    subscription_id uuid NOT NULL REFERENCES subscriptions (id),
    metric          text NOT NULL,
    unit            text NOT NULL,
    included        bigint NOT NULL CHECK (included >= 0),
    price_minor     bigint NOT NULL CHECK (price_minor >= 0),
    per             bigint NOT NULL CHECK (per > 0),
    at_limit        text NOT NULL CHECK (at_limit IN ('throttle', 'stop', 'charge')),
    -- In the running period, and on the counter, at the last reading.
    period_from     timestamptz,
    used            bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    total           bigint NOT NULL DEFAULT 0 CHECK (total >= 0),
    read_at         timestamptz,
    limited         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (subscription_id, metric)
);

-- The base price and what is paid once were quoted together.
ALTER TABLE quotes ADD COLUMN setup_minor bigint NOT NULL DEFAULT 0;
