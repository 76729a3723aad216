-- Documents about money: who sells, to whom, at which tax, under which number. What was issued is
-- never changed; what was wrong is corrected by another document.

-- Who sells. The newest version is on what is issued from now on.
CREATE TABLE invoice_sellers (
    version  bigint PRIMARY KEY CHECK (version > 0),
    seller   jsonb NOT NULL,
    actor_id uuid NOT NULL,
    at       timestamptz NOT NULL
);

-- To whom a team's documents are made out. Without a row it is an unnamed final consumer.
CREATE TABLE billing_profiles (
    team_id     uuid PRIMARY KEY,
    name        text NOT NULL,
    tax_id_kind text NOT NULL CHECK (tax_id_kind IN ('none', 'ruc', 'cedula', 'passport', 'foreign')),
    tax_id      text NOT NULL,
    address     text NOT NULL,
    country     text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    email       text NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL,
    CHECK ((tax_id_kind = 'none') = (tax_id = ''))
);

CREATE TABLE tax_rates (
    id          uuid PRIMARY KEY,
    country     text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    category    text NOT NULL CHECK (category ~ '^[a-z][a-z0-9-]{0,39}$'),
    percent     numeric(8, 4) NOT NULL CHECK (percent BETWEEN 0 AND 1000),
    valid_from  date NOT NULL,
    valid_until date CHECK (valid_until > valid_from),
    label       jsonb NOT NULL
);

CREATE INDEX tax_rates_place ON tax_rates (country, category, valid_from);

INSERT INTO tax_rates (id, country, category, percent, valid_from, valid_until, label) VALUES
    ('018f0000-0000-7000-8000-000000000001', 'EC', 'standard', 12, '2017-06-01', '2024-04-01',
     '{"en": "VAT (IVA) 12 %", "es": "IVA 12 %"}'),
    ('018f0000-0000-7000-8000-000000000002', 'EC', 'standard', 15, '2024-04-01', NULL,
     '{"en": "VAT (IVA) 15 %", "es": "IVA 15 %"}'),
    ('018f0000-0000-7000-8000-000000000003', 'EC', 'zero', 0, '2017-06-01', NULL,
     '{"en": "VAT (IVA) 0 %", "es": "IVA 0 %"}');

-- What one unit of an asset was worth in another, as somebody said at a moment.
CREATE TABLE exchange_rates (
    id         uuid PRIMARY KEY,
    from_asset text NOT NULL CHECK (from_asset ~ '^[A-Z][A-Z0-9]{1,9}$'),
    to_asset   text NOT NULL CHECK (to_asset ~ '^[A-Z][A-Z0-9]{1,9}$'),
    rate       numeric(30, 12) NOT NULL CHECK (rate > 0),
    source     text NOT NULL,
    at         timestamptz NOT NULL,
    UNIQUE (from_asset, to_asset, at),
    CHECK (from_asset <> to_asset)
);

-- A number is taken under the row's lock, in the transaction that issues: what rolls back leaves
-- no gap, what waits takes the next.
CREATE TABLE invoice_series (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text NOT NULL
        CHECK (kind IN ('invoice', 'credit_note', 'receipt', 'refund_receipt')),
    prefix   text NOT NULL CHECK (prefix ~ '^[A-Z0-9-]{1,20}$'),
    width    integer NOT NULL CHECK (width BETWEEN 1 AND 12),
    last     bigint NOT NULL DEFAULT 0 CHECK (last >= 0),
    active   boolean NOT NULL,
    UNIQUE (kind, prefix)
);

CREATE UNIQUE INDEX invoice_series_active ON invoice_series (kind) WHERE active;

INSERT INTO invoice_series (kind, prefix, width, active) VALUES
    ('invoice', '001-001-', 9, true),
    ('credit_note', '001-001-', 9, true),
    ('receipt', 'R-', 9, true),
    ('refund_receipt', 'RR-', 9, true);

CREATE TABLE invoices (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    series_id   bigint NOT NULL REFERENCES invoice_series (id),
    number      bigint NOT NULL CHECK (number > 0),
    reference   text NOT NULL,
    team_id     uuid NOT NULL,
    account_id  uuid NOT NULL,
    corrects    uuid REFERENCES invoices (id),
    asset       text NOT NULL REFERENCES ledger_assets (code),
    net_minor   bigint NOT NULL CHECK (net_minor >= 0),
    tax_minor   bigint NOT NULL CHECK (tax_minor >= 0),
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    issued_at   timestamptz NOT NULL,
    -- Everything on the document, byte for byte as it was issued.
    snapshot    text NOT NULL,
    -- Over the columns above, the snapshot and the series' previous digest: a chain per series.
    digest      bytea NOT NULL CHECK (length(digest) = 32),
    UNIQUE (series_id, number),
    CHECK (net_minor + tax_minor = total_minor),
    CHECK ((corrects IS NOT NULL) = (kind IN ('credit_note', 'refund_receipt')))
);

CREATE INDEX invoices_team ON invoices (team_id, issued_at DESC, id DESC);
CREATE INDEX invoices_time ON invoices (issued_at DESC, id DESC);
CREATE INDEX invoices_corrects ON invoices (corrects) WHERE corrects IS NOT NULL;

-- Which spans of time a line stands for, and how much of each.
CREATE TABLE invoice_sources (
    invoice_id   uuid NOT NULL REFERENCES invoices (id),
    line         smallint NOT NULL CHECK (line > 0),
    span_id      uuid NOT NULL REFERENCES usage_spans (id),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (invoice_id, line, span_id)
);

-- What a fiscal authority made of a document.
CREATE TABLE fiscal_records (
    invoice_id uuid PRIMARY KEY REFERENCES invoices (id),
    provider   text NOT NULL,
    state      text NOT NULL CHECK (state IN ('pending', 'prepared', 'authorized', 'rejected')),
    reference  text NOT NULL,
    detail     text NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE FUNCTION invoices_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was issued is never changed: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON invoices FOR EACH STATEMENT EXECUTE FUNCTION invoices_refuse_change();
CREATE TRIGGER invoice_sources_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON invoice_sources FOR EACH STATEMENT EXECUTE FUNCTION invoices_refuse_change();
CREATE TRIGGER invoice_sellers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON invoice_sellers FOR EACH STATEMENT EXECUTE FUNCTION invoices_refuse_change();

-- The document a charge is on, and how much of what was given back has been corrected on paper.
ALTER TABLE usage_spans
    ADD COLUMN document_id uuid,
    ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0,
    ADD CHECK (credited_minor BETWEEN 0 AND refunded_minor),
    ADD CHECK (credited_minor = 0 OR document_id IS NOT NULL);

CREATE INDEX usage_spans_undocumented ON usage_spans (subscription_id)
    WHERE document_id IS NULL AND amount_minor > 0;
CREATE INDEX usage_spans_uncredited ON usage_spans (document_id)
    WHERE document_id IS NOT NULL AND credited_minor < refunded_minor;
