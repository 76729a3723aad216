-- Which plugin offered a factory last, so that what waits for it can name it while it is away.
create table provider_origins (
    kind    text not null,
    factory text not null,
    plugin  text not null,
    primary key (kind, factory)
);
