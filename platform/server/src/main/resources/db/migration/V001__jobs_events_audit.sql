-- Jobs that wait or run. The first columns are db-scheduler's; the rest are ours.
CREATE TABLE scheduled_tasks (
    task_name            text        NOT NULL,
    task_instance        text        NOT NULL CHECK (length(task_instance) <= 300),
    task_data            bytea       NOT NULL, -- 32 hex digits of the trace, then JSON
    execution_time       timestamptz NOT NULL,
    picked               boolean     NOT NULL DEFAULT false,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures int         NOT NULL DEFAULT 0,
    last_heartbeat       timestamptz,
    version              bigint      NOT NULL DEFAULT 1,
    priority             smallint,
    id                   uuid        NOT NULL UNIQUE,
    created_at           timestamptz NOT NULL,
    rerun                boolean     NOT NULL DEFAULT false, -- enqueued again while it ran
    reason               text,                               -- what it waits for
    last_error           text,
    PRIMARY KEY (task_name, task_instance)
);
CREATE INDEX scheduled_tasks_due ON scheduled_tasks (execution_time) WHERE NOT picked;
CREATE INDEX scheduled_tasks_picked ON scheduled_tasks (last_heartbeat) WHERE picked;
CREATE INDEX scheduled_tasks_created ON scheduled_tasks (created_at DESC, id DESC);

-- Jobs that were given up, until an operator looks at them.
CREATE TABLE dead_jobs (
    task_name     text        NOT NULL,
    task_instance text        NOT NULL,
    task_data     bytea       NOT NULL,
    attempts      int         NOT NULL,
    id            uuid        PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    died_at       timestamptz NOT NULL,
    last_error    text        NOT NULL
);
CREATE INDEX dead_jobs_created ON dead_jobs (created_at DESC, id DESC);

-- The outbox. xact is the writing transaction: a listener passes only what is older than every
-- transaction still open, so that a late commit is never skipped.
CREATE TABLE facts (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact    xid8        NOT NULL DEFAULT pg_current_xact_id(),
    type    text        NOT NULL,
    subject text        NOT NULL,
    topics  text[]      NOT NULL,
    at      timestamptz NOT NULL,
    data    jsonb       NOT NULL
);
CREATE INDEX facts_order ON facts (xact, id);
CREATE INDEX facts_topics ON facts USING gin (topics);
CREATE INDEX facts_at ON facts (at);

CREATE TABLE fact_listeners (
    name       text        PRIMARY KEY,
    xact       xid8        NOT NULL,
    fact_id    bigint      NOT NULL,
    failures   int         NOT NULL DEFAULT 0,
    last_error text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- The audit log: nobody changes or removes what is written.
CREATE TABLE audit_entries (
    n        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    id       uuid        NOT NULL UNIQUE,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    address  text        NOT NULL,
    action   text        NOT NULL,
    subject  text        NOT NULL,
    before   jsonb       NOT NULL,
    after    jsonb       NOT NULL,
    trace_id text        NOT NULL
);
CREATE INDEX audit_entries_order ON audit_entries (xact, n);
CREATE INDEX audit_entries_at ON audit_entries (at DESC, id DESC);
CREATE INDEX audit_entries_subject ON audit_entries (subject, at DESC);
CREATE INDEX audit_entries_actor ON audit_entries (actor, at DESC);

CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries can be neither changed nor removed' USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay();
CREATE TRIGGER audit_entries_stay_whole BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay();

-- Batches of entries under one hash that covers the batch before, so that what was changed or
-- removed behind the host's back shows.
CREATE TABLE audit_seals (
    seq       bigint      PRIMARY KEY,
    at        timestamptz NOT NULL,
    numbers   bigint[]    NOT NULL, -- entries covered, in order
    upto_xact xid8        NOT NULL,
    upto_n    bigint      NOT NULL,
    hash      bytea       NOT NULL
);
CREATE TRIGGER audit_seals_stay BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay();
