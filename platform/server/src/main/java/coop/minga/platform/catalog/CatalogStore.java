package coop.minga.platform.catalog;

import coop.minga.platform.PlanId;
import coop.minga.platform.ProductId;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The shelf's SQL. */
final class CatalogStore {

    /** What cannot be in the database is not looked for there: it may not even be valid text. */
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9]{1,9}");

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private static final String SELECT_PRODUCTS =
            """
            SELECT id, slug, kind, blueprint, config, name, description, active, sort, version
              FROM products
            """;

    private static final String SELECT_PLANS =
            """
            SELECT id, product_id, code, name, cpu_millis, memory_mb, disk_mb, refund_rule, active,
                   sort, version
              FROM plans
            """;

    List<Product> products(Handle handle) {
        return handle.createQuery(SELECT_PRODUCTS + " ORDER BY sort, slug")
                .map((row, context) -> product(row))
                .list();
    }

    Optional<Product> product(Handle handle, ProductId id) {
        return handle.createQuery(SELECT_PRODUCTS + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> product(row))
                .findOne();
    }

    Optional<Product> productBySlug(Handle handle, String slug) {
        return handle.createQuery(SELECT_PRODUCTS + " WHERE slug = :slug")
                .bind("slug", slug)
                .map((row, context) -> product(row))
                .findOne();
    }

    List<Plan> plans(Handle handle) {
        return handle.createQuery(SELECT_PLANS + " ORDER BY sort, code")
                .map((row, context) -> plan(row))
                .list();
    }

    Optional<Plan> plan(Handle handle, PlanId id) {
        return handle.createQuery(SELECT_PLANS + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> plan(row))
                .findOne();
    }

    Optional<Plan> planByCode(Handle handle, String code) {
        if (!NAME.matcher(code).matches()) {
            return Optional.empty();
        }
        return handle.createQuery(SELECT_PLANS + " WHERE code = :code")
                .bind("code", code)
                .map((row, context) -> plan(row))
                .findOne();
    }

    /** The newest version with an amount that applied at a time. */
    Optional<Price> priceOf(
            Handle handle, PlanId plan, String component, Money amount, Instant at) {
        return handle.createQuery(
                        """
                        SELECT p.id, p.plan_id, p.component, p.asset, s.scale, p.amount_minor,
                               p.unit, p.included, p.per, p.at_limit, p.valid_from
                          FROM plan_prices p JOIN ledger_assets s ON s.code = p.asset
                         WHERE p.plan_id = :plan AND p.component = :component
                           AND p.asset = :asset AND p.amount_minor = :amount
                           AND p.valid_from <= :at
                         ORDER BY p.version DESC LIMIT 1
                        """)
                .bind("plan", plan)
                .bind("component", component)
                .bind("asset", amount.asset().code())
                .bind("amount", amount.minor())
                .bind("at", utc(at))
                .map((row, context) -> price(row))
                .findOne();
    }

    /** When other prices of a plan begin to apply after a moment; never, if nobody set any. */
    Instant nextPrices(Handle handle, PlanId plan, Instant at) {
        return handle.createQuery(
                        """
                        SELECT min(valid_from) FROM plan_prices
                         WHERE plan_id = :plan AND valid_from > :at
                        """)
                .bind("plan", plan)
                .bind("at", utc(at))
                .mapTo(Instant.class)
                .findOne()
                .orElse(Instant.MAX);
    }

    /** The prices that apply at a time, the default first, by plan. */
    Map<PlanId, List<Price>> prices(Handle handle, Collection<PlanId> plans, Instant at) {
        Map<PlanId, List<Price>> prices = new LinkedHashMap<>();
        handle.createQuery(
                        """
                        SELECT p.id, p.plan_id, p.component, p.asset, s.scale, p.amount_minor,
                               p.unit, p.included, p.per, p.at_limit, p.valid_from
                          FROM plan_prices p JOIN ledger_assets s ON s.code = p.asset
                         WHERE p.plan_id = ANY (:plans)
                           AND p.version = (SELECT max(v.version) FROM plan_prices v
                                             WHERE v.plan_id = p.plan_id AND v.valid_from <= :at)
                         ORDER BY p.plan_id, p.n
                        """)
                .bindArray("plans", UUID.class, plans.stream().map(PlanId::value).toList())
                .bind("at", utc(at))
                .map((row, context) ->
                        Map.entry(new PlanId(row.getObject("plan_id", UUID.class)), price(row)))
                .forEach(entry ->
                        prices.computeIfAbsent(entry.getKey(), id -> new ArrayList<>())
                                .add(entry.getValue()));
        return prices;
    }

    /** Writes a new product, or a change of one if nobody changed it since its version. */
    boolean save(Handle handle, Product product, Instant at) {
        return handle.createUpdate(
                                """
                                INSERT INTO products AS p
                                       (id, slug, kind, blueprint, config, name, description, active, sort,
                                        created_at, updated_at)
                                VALUES (:id, :slug, :kind, :blueprint, :config::jsonb, :name::jsonb,
                                        :description::jsonb, :active, :sort, :at, :at)
                                    ON CONFLICT (id) DO UPDATE
                                   SET slug = excluded.slug, kind = excluded.kind,
                                       blueprint = excluded.blueprint, config = excluded.config,
                                       name = excluded.name, description = excluded.description,
                                       active = excluded.active, sort = excluded.sort,
                                       version = p.version + 1, updated_at = excluded.updated_at
                                 WHERE p.version = :version
                                """)
                        .bind("id", product.id())
                        .bind("slug", product.slug())
                        .bind("kind", product.kind())
                        .bind("blueprint", product.blueprint())
                        .bind("config", Json.write(product.config()))
                        .bind("name", Json.write(product.name().byLanguage()))
                        .bind("description", Json.write(product.description().byLanguage()))
                        .bind("active", product.active())
                        .bind("sort", product.sort())
                        .bind("version", product.version())
                        .bind("at", utc(at))
                        .execute()
                == 1;
    }

    /** Writes a new plan, or a change of one if nobody changed it since its version. */
    boolean save(Handle handle, Plan plan, Instant at) {
        return handle.createUpdate(
                                """
                                INSERT INTO plans AS p
                                       (id, product_id, code, name, cpu_millis, memory_mb, disk_mb,
                                        refund_rule, active, sort, created_at, updated_at)
                                VALUES (:id, :product, :code, :name::jsonb, :cpu, :memory, :disk,
                                        :refundRule, :active, :sort, :at, :at)
                                    ON CONFLICT (id) DO UPDATE
                                   SET code = excluded.code, name = excluded.name,
                                       cpu_millis = excluded.cpu_millis,
                                       memory_mb = excluded.memory_mb,
                                       disk_mb = excluded.disk_mb,
                                       refund_rule = excluded.refund_rule,
                                       active = excluded.active, sort = excluded.sort,
                                       version = p.version + 1, updated_at = excluded.updated_at
                                 WHERE p.version = :version
                                """)
                        .bind("id", plan.id())
                        .bind("product", plan.product())
                        .bind("code", plan.code())
                        .bind("name", Json.write(plan.name().byLanguage()))
                        .bind("cpu", plan.size().cpuMillis())
                        .bind("memory", plan.size().memoryMb())
                        .bind("disk", plan.size().diskMb())
                        .bind("refundRule", plan.refundRule().id())
                        .bind("active", plan.active())
                        .bind("sort", plan.sort())
                        .bind("version", plan.version())
                        .bind("at", utc(at))
                        .execute()
                == 1;
    }

    /** Writes the next version of a plan's prices. */
    void addPrices(Handle handle, PlanId plan, List<Price> prices) {
        // Two new versions at once would be one too many; the plan's row is locked by its save.
        Integer version =
                handle.createQuery(
                                """
                                SELECT coalesce(max(version), 0) + 1 FROM plan_prices
                                 WHERE plan_id = :plan
                                """)
                        .bind("plan", plan)
                        .mapTo(Integer.class)
                        .one();
        int n = 0;
        for (Price price : prices) {
            Allowance allowance = price.allowance();
            handle.createUpdate(
                            """
                            INSERT INTO plan_prices
                                   (id, plan_id, version, n, component, asset, amount_minor,
                                    unit, included, per, at_limit, valid_from)
                            VALUES (:id, :plan, :version, :n, :component, :asset, :amount,
                                    :unit, :included, :per, :atLimit, :from)
                            """)
                    .bind("id", price.id())
                    .bind("plan", plan)
                    .bind("version", version)
                    .bind("n", n++)
                    .bind("component", price.component().code())
                    .bind("asset", price.amount().asset().code())
                    .bind("amount", price.amount().minor())
                    .bindByType("unit", allowance == null ? null : allowance.unit(), String.class)
                    .bindByType(
                            "included", allowance == null ? null : allowance.included(), Long.class)
                    .bindByType("per", allowance == null ? null : allowance.per(), Long.class)
                    .bindByType(
                            "atLimit",
                            allowance == null ? null : allowance.atLimit().id(),
                            String.class)
                    .bind("from", utc(price.validFrom()))
                    .execute();
        }
    }

    /** Makes those who add to the shelf take turns, so that a name is found taken, not broken. */
    void lockShelf(Handle handle) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtext('minga.catalog'))");
    }

    Optional<Asset> asset(Handle handle, String code) {
        if (!CODE.matcher(code).matches()) {
            return Optional.empty();
        }
        return handle.createQuery("SELECT code, scale FROM ledger_assets WHERE code = :code")
                .bind("code", code)
                .map((row, context) -> new Asset(row.getString("code"), row.getInt("scale")))
                .findOne();
    }

    private static Product product(ResultSet row) throws SQLException {
        return new Product(
                new ProductId(row.getObject("id", UUID.class)),
                row.getString("slug"),
                row.getString("kind"),
                row.getString("blueprint"),
                map(row.getString("config")),
                text(row.getString("name")),
                text(row.getString("description")),
                row.getBoolean("active"),
                row.getInt("sort"),
                row.getInt("version"));
    }

    private static Plan plan(ResultSet row) throws SQLException {
        return new Plan(
                new PlanId(row.getObject("id", UUID.class)),
                new ProductId(row.getObject("product_id", UUID.class)),
                row.getString("code"),
                text(row.getString("name")),
                new Size(row.getInt("cpu_millis"), row.getInt("memory_mb"), row.getInt("disk_mb")),
                RefundRule.valueOf(row.getString("refund_rule").toUpperCase(Locale.ROOT)),
                row.getBoolean("active"),
                row.getInt("sort"),
                row.getInt("version"));
    }

    private static Price price(ResultSet row) throws SQLException {
        String unit = row.getString("unit");
        return new Price(
                row.getObject("id", UUID.class),
                PriceComponent.parse(row.getString("component")).orElseThrow(),
                new Money(
                        row.getLong("amount_minor"),
                        new Asset(row.getString("asset"), row.getInt("scale"))),
                unit == null
                        ? null
                        : new Allowance(
                                unit,
                                row.getLong("included"),
                                row.getLong("per"),
                                LimitPolicy.parse(row.getString("at_limit")).orElseThrow()),
                row.getObject("valid_from", OffsetDateTime.class).toInstant());
    }

    private static Text text(String json) {
        Map<String, String> byLanguage = new LinkedHashMap<>();
        map(json).forEach((language, text) -> byLanguage.put(language, String.valueOf(text)));
        return new Text(byLanguage);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String json) {
        return Json.read(json, Map.class);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
