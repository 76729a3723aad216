-- Answers given under an Idempotency-Key, written in the transaction of the effect.
create table idempotent_answers (
    scope        text        not null, -- account and route
    key          text        not null,
    request_hash bytea       not null,
    status       int,
    headers      jsonb,
    body         bytea,
    at           timestamptz not null default now(),
    primary key (scope, key)
);
create index idempotent_answers_at on idempotent_answers (at);
