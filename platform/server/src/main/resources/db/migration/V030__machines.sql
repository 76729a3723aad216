-- Machines that can carry instances: for now one per configured compute provider.
CREATE TABLE nodes (
    id                  uuid PRIMARY KEY,
    provider            text NOT NULL UNIQUE,
    state               text NOT NULL CHECK (state IN ('ready', 'degraded', 'unavailable')),
    reason              text NOT NULL DEFAULT '',
    capabilities        text[] NOT NULL DEFAULT '{}',
    -- What the backend says can be sold, less what others use there.
    reported_cpu_millis bigint NOT NULL DEFAULT 0,
    reported_memory_mb  bigint NOT NULL DEFAULT 0,
    reported_disk_mb    bigint NOT NULL DEFAULT 0,
    reported_instances  bigint NOT NULL DEFAULT 0,
    -- What is sold at most: as reported, or what was reserved before the backend shrank.
    cap_cpu_millis      bigint NOT NULL DEFAULT 0,
    cap_memory_mb       bigint NOT NULL DEFAULT 0,
    cap_disk_mb         bigint NOT NULL DEFAULT 0,
    cap_instances       bigint NOT NULL DEFAULT 0,
    used_cpu_millis     bigint NOT NULL DEFAULT 0,
    used_memory_mb      bigint NOT NULL DEFAULT 0,
    used_disk_mb        bigint NOT NULL DEFAULT 0,
    used_instances      bigint NOT NULL DEFAULT 0,
    refreshed_at        timestamptz,
    CHECK (used_cpu_millis BETWEEN 0 AND cap_cpu_millis),
    CHECK (used_memory_mb BETWEEN 0 AND cap_memory_mb),
    CHECK (used_disk_mb BETWEEN 0 AND cap_disk_mb),
    CHECK (used_instances BETWEEN 0 AND cap_instances)
);

CREATE TABLE reservations (
    id          uuid PRIMARY KEY,
    instance_id uuid NOT NULL,
    node_id     uuid NOT NULL REFERENCES nodes (id),
    cpu_millis  bigint NOT NULL CHECK (cpu_millis >= 0),
    memory_mb   bigint NOT NULL CHECK (memory_mb >= 0),
    disk_mb     bigint NOT NULL CHECK (disk_mb >= 0),
    created_at  timestamptz NOT NULL,
    freed_at    timestamptz
);
CREATE UNIQUE INDEX reservations_live ON reservations (instance_id) WHERE freed_at IS NULL;
CREATE INDEX reservations_node ON reservations (node_id) WHERE freed_at IS NULL;

CREATE TABLE instances (
    id            uuid PRIMARY KEY,
    team_id       uuid NOT NULL,
    account_id    uuid NOT NULL,
    order_id      uuid NOT NULL UNIQUE,
    plan_id       uuid NOT NULL,
    plan_code     text NOT NULL,
    plan_name     jsonb NOT NULL,
    name          text NOT NULL CHECK (name ~ '^[a-z0-9-]{1,40}$'),
    -- What the backend calls it: unique on this host.
    machine_name  text NOT NULL UNIQUE CHECK (machine_name ~ '^[a-z0-9-]{1,40}$'),
    cpu_millis    int NOT NULL,
    memory_mb     int NOT NULL,
    disk_mb       int NOT NULL,
    needs         text[] NOT NULL,
    -- Encrypted: the request to the backend and the secrets made for it.
    request       bytea NOT NULL,
    config        jsonb NOT NULL,
    safety        text NOT NULL CHECK (safety IN ('none')),
    is_public     boolean NOT NULL DEFAULT false,
    secrets       int NOT NULL DEFAULT 0,
    revealed_at   timestamptz,
    state         text NOT NULL CHECK (state IN ('requested', 'provisioning', 'running', 'stopped',
        'suspended', 'recovering', 'terminating', 'terminated', 'failed', 'unknown')),
    reason_code   text NOT NULL,
    reason_en     text NOT NULL,
    reason_es     text NOT NULL,
    since         timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 0,
    -- What its owner wants.
    desired       text NOT NULL CHECK (desired IN ('running', 'stopped', 'gone')),
    -- What is being done to it now, with the key of the call to the backend.
    action        text CHECK (action IN ('start', 'stop', 'restart')),
    action_key    text,
    action_at     timestamptz,
    -- Where an action leads when its end differs from the usual.
    action_target text CHECK (action_target IN ('stopped', 'suspended')),
    live_key      text,
    misses        int NOT NULL DEFAULT 0,
    observed      text NOT NULL DEFAULT '',
    observed_at   timestamptz,
    created_at    timestamptz NOT NULL,
    activated_at  timestamptz,
    ended_at      timestamptz,
    CHECK ((action IS NULL) = (action_key IS NULL))
);
CREATE INDEX instances_team ON instances (team_id, created_at DESC, id DESC);
CREATE INDEX instances_created ON instances (created_at DESC, id DESC);
CREATE INDEX instances_live ON instances (state) WHERE state NOT IN ('terminated', 'failed');

-- Addresses of ports under the apps domain. The label cannot be guessed.
CREATE TABLE instance_endpoints (
    label       text PRIMARY KEY CHECK (label ~ '^[0-9a-z]{26}$'),
    instance_id uuid NOT NULL REFERENCES instances (id),
    name        text NOT NULL,
    port        int NOT NULL CHECK (port BETWEEN 1 AND 65535),
    kind        text NOT NULL CHECK (kind IN ('http', 'tcp')),
    -- Where the host connects; never shown. NULL while there is nothing.
    address     text,
    UNIQUE (instance_id, name)
);

-- One attempt to put an instance on a node. The key names the effect on the backend for ever and is
-- written before the call.
CREATE TABLE placements (
    key         text PRIMARY KEY,
    instance_id uuid NOT NULL REFERENCES instances (id),
    attempt     int NOT NULL,
    node_id     uuid NOT NULL REFERENCES nodes (id),
    provider    text NOT NULL,
    state       text NOT NULL
        CHECK (state IN ('new', 'calling', 'created', 'discarding', 'gone')),
    -- How often the backend certainly knew nothing of a call whose outcome was unknown.
    blanks      int NOT NULL DEFAULT 0,
    handle      text,
    reason      text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    called_at   timestamptz,
    accepted_at timestamptz,
    ended_at    timestamptz,
    UNIQUE (instance_id, attempt)
);
CREATE INDEX placements_provider ON placements (provider) WHERE state <> 'gone';

-- Ways into private origins, hashed: tickets are used once, passes are what cookies hold.
CREATE TABLE instance_passes (
    hash        bytea PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('ticket', 'pass')),
    label       text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instances (id),
    account_id  uuid NOT NULL,
    team_id     uuid NOT NULL,
    credential  text NOT NULL,
    scopes      text[] NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX instance_passes_expiry ON instance_passes (expires_at);

-- What backends list under our name that we know nothing of: shown, never touched.
CREATE TABLE stray_machines (
    provider   text NOT NULL,
    handle     text NOT NULL,
    key        text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (provider, handle)
);

CREATE TABLE quotes (
    id           uuid PRIMARY KEY,
    team_id      uuid NOT NULL,
    plan_id      uuid NOT NULL,
    component    text NOT NULL,
    amount_minor bigint NOT NULL,
    asset        text NOT NULL,
    asset_scale  int NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX quotes_expiry ON quotes (expires_at);

CREATE TABLE orders (
    id              uuid PRIMARY KEY,
    team_id         uuid NOT NULL,
    account_id      uuid NOT NULL,
    instance_id     uuid NOT NULL UNIQUE,
    plan_id         uuid NOT NULL,
    subscription_id uuid NOT NULL,
    component       text NOT NULL,
    amount_minor    bigint NOT NULL,
    asset           text NOT NULL,
    asset_scale     int NOT NULL,
    pay_with        text NOT NULL,
    state           text NOT NULL CHECK (state IN
        ('placed', 'held', 'provisioning', 'fulfilled', 'failed', 'cancelled', 'unresolved')),
    reason_code     text NOT NULL,
    reason_en       text NOT NULL,
    reason_es       text NOT NULL,
    since           timestamptz NOT NULL,
    version         bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    touched_at      timestamptz NOT NULL,
    ended_at        timestamptz
);
CREATE INDEX orders_team ON orders (team_id, created_at DESC, id DESC);
CREATE INDEX orders_created ON orders (created_at DESC, id DESC);
CREATE INDEX orders_open ON orders (touched_at)
    WHERE state IN ('placed', 'held', 'provisioning', 'unresolved');

CREATE TABLE order_steps (
    order_id   uuid NOT NULL REFERENCES orders (id),
    position   int NOT NULL,
    name       text NOT NULL,
    state      text NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'skipped')),
    started_at timestamptz,
    ended_at   timestamptz,
    PRIMARY KEY (order_id, position)
);
