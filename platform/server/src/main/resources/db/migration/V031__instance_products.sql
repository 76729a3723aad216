-- The product's name and its offering as they were when the machine was ordered.
ALTER TABLE instances ADD COLUMN product_name jsonb NOT NULL DEFAULT '{}',
                      ADD COLUMN offering text NOT NULL DEFAULT '';
UPDATE instances i SET product_name = p.name, offering = p.blueprint
FROM plans pl JOIN products p ON p.id = pl.product_id
WHERE pl.id = i.plan_id;

-- Operators look for what one account has, newest first.
CREATE INDEX instances_account ON instances (account_id, created_at DESC, id DESC);
CREATE INDEX orders_account ON orders (account_id, created_at DESC, id DESC);
