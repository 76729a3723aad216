-- The shelf. Prices are versions: written once, never changed.

CREATE TABLE products (
    id          uuid PRIMARY KEY,
    slug        text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{1,40}$'),
    kind        text NOT NULL CHECK (kind ~ '^[a-z0-9-]{1,40}$'),
    blueprint   text NOT NULL CHECK (blueprint ~ '^[a-z0-9-]{1,40}$'),
    config      jsonb NOT NULL,
    name        jsonb NOT NULL,
    description jsonb NOT NULL,
    active      boolean NOT NULL,
    sort        integer NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

CREATE TABLE plans (
    id          uuid PRIMARY KEY,
    product_id  uuid NOT NULL REFERENCES products (id),
    code        text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9-]{1,40}$'),
    name        jsonb NOT NULL,
    cpu_millis  integer NOT NULL CHECK (cpu_millis > 0),
    memory_mb   integer NOT NULL CHECK (memory_mb > 0),
    disk_mb     integer NOT NULL CHECK (disk_mb > 0),
    refund_rule text NOT NULL CHECK (refund_rule IN ('prorated', 'none')),
    active      boolean NOT NULL,
    sort        integer NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

CREATE INDEX plans_product ON plans (product_id, sort, code);

CREATE TABLE plan_prices (
    id           uuid PRIMARY KEY,
    plan_id      uuid NOT NULL REFERENCES plans (id),
    -- The set of prices that apply together; its order is the order on the shelf.
    version      integer NOT NULL,
    n            smallint NOT NULL,
    component    text NOT NULL CHECK (component ~ '^(hour|slot[1-9][0-9]{0,3}h)$'),
    asset        text NOT NULL REFERENCES ledger_assets (code),
    amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 0 AND 1000000000000000),
    valid_from   timestamptz NOT NULL,
    UNIQUE (plan_id, version, component),
    UNIQUE (plan_id, version, n)
);

CREATE FUNCTION plan_prices_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A price version never changes: write a new one'
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER plan_prices_written_once BEFORE UPDATE OR DELETE OR TRUNCATE
    ON plan_prices FOR EACH STATEMENT EXECUTE FUNCTION plan_prices_refuse_change();
