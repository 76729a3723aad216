-- Which provider serves a point that only one can serve; none here: the first that works.
CREATE TABLE extension_choices (
    point     text PRIMARY KEY,
    provider  text NOT NULL,
    chosen_at timestamptz NOT NULL
);
