package coop.minga.platform.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.Ids;
import coop.minga.platform.PlanId;
import coop.minga.platform.TurnedClock;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The shelf over real HTTP. */
class CatalogIT {

    private static final Map<String, Object> RESOURCES =
            Map.of("vcpu", 0.25, "memory_mb", 512, "disk_gb", 2.5);
    private static final List<Object> PRICES =
            List.of(Map.of("component", "hour", "asset", "COIN", "amount_minor", 40));

    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-03-01T12:00:00Z"));
    private TestDatabase database;
    private Db db;
    private Catalog catalog;
    private TestHttp http;

    @BeforeEach
    void open() {
        Ids ids = new Ids(clock, new SecureRandom());
        database = TestDatabase.create();
        db = database.db();
        catalog = new Catalog(ids, new OutboxEvents(db, database.address(), clock, true), clock);
        CatalogEditor editor =
                new CatalogEditor(catalog, db, new AuditLog(db, clock, ids), ids, clock);
        BlueprintSchemas schemas =
                (blueprint, language) ->
                        blueprint.equals("sandbox")
                                ? Optional.of(Map.of("title", language))
                                : Optional.empty();
        http = TestHttp.serving(db, new CatalogRoutes(catalog, editor, db, plan -> true, schemas));
        db.useTransaction(handle -> {
            catalog.seedSandbox(handle);
            catalog.seedSandbox(handle);
            catalog.seedContainer(handle, Map.of("image", "nginx:1"));
        });
    }

    @AfterEach
    void close() {
        http.close();
        database.close();
    }

    @Test
    void aTrialSellsSandboxesByTheHourFirstAndByTheDay() {
        JsonNode sandbox = http.client().get("/api/v1/products").json().at("/items/0");

        assertThat(sandbox.at("/slug").asText()).isEqualTo("sandbox");
        assertThat(sandbox.at("/checkout_schema/title").asText()).isEqualTo("en");
        assertThat(sandbox.at("/plans").findValuesAsText("code")).containsExactly("s", "m");
        JsonNode small = sandbox.at("/plans/0");
        assertThat(small.at("/resources").toString())
                .isEqualTo("{\"vcpu\":1,\"memory_mb\":256,\"disk_gb\":1}");
        assertThat(small.at("/prices").findValuesAsText("component"))
                .containsExactly("hour", "slot24h");
        assertThat(small.at("/prices").findValuesAsText("per")).containsExactly("hour", "24h");
        assertThat(small.at("/prices/0/asset").asText()).isEqualTo("COIN");
        assertThat(small.at("/available").asBoolean()).isTrue();
    }

    @Test
    void aPlanIsFoundByItsCodeAndByItsIdAndInTheTable() {
        JsonNode byCode = http.client().get("/api/v1/plans/s").json();
        JsonNode byId = http.client().get("/api/v1/plans/" + byCode.at("/id").asText()).json();

        assertThat(byId).isEqualTo(byCode);
        assertThat(byCode.at("/product/slug").asText()).isEqualTo("sandbox");
        assertThat(http.client().get("/api/v1/plans/nothing").status()).isEqualTo(404);
        assertThat(http.client().get("/api/v1/plans/%27%3B--").status()).isEqualTo(404);
        JsonNode table = http.client().get("/api/v1/products/compare").json();
        assertThat(table.at("/columns").findValuesAsText("plan_code"))
                .containsExactly("s", "m", "container-s", "container-m");
        assertThat(table.at("/rows").findValuesAsText("key"))
                .containsExactly(
                        "vcpu", "memory_mb", "disk_gb", "price:hour:COIN", "price:24h:COIN");
    }

    @Test
    void operatorsPutProductsAndPlansOnTheShelf() {
        TestClient.Answer product = admin().post("/api/v1/admin/products", product("lab"));
        assertThat(product.status()).as(product.text()).isEqualTo(201);
        assertThat(http.client().get("/api/v1/products").at("/items/2/slug")).isEmpty();

        TestClient.Answer plan =
                admin().post("/api/v1/admin/plans", plan(product.at("/id"), "lab-tiny"));

        assertThat(plan.status()).as(plan.text()).isEqualTo(201);
        JsonNode shown = http.client().get("/api/v1/plans/lab-tiny").json();
        assertThat(shown.at("/resources").toString())
                .isEqualTo("{\"vcpu\":0.25,\"memory_mb\":512,\"disk_gb\":2.5}");
        assertThat(shown.at("/product/description").asText()).isEmpty();
        TestClient.Answer again = admin().post("/api/v1/admin/products", product("lab"));
        assertThat(again.at("/code")).isEqualTo("catalog.name-taken");
        assertThat(again.at("/errors/0/pointer")).isEqualTo("/slug");
        assertThat(admin().post("/api/v1/admin/plans", plan(product.at("/id"), "s")).status())
                .isEqualTo(409);
    }

    @Test
    void aChangedPriceIsANewVersionAndTheOldOneStays() {
        String id = http.client().get("/api/v1/plans/s").at("/id");
        PlanView before = db.read(h -> catalog.plan(h, PlanId.parse(id))).orElseThrow();

        TestClient.Answer changed =
                admin().header("If-Match", "\"1\"")
                        .send("PUT", "/api/v1/admin/plans/" + id, Map.of("prices", PRICES));

        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(changed.headers()).containsEntry("etag", "\"2\"");
        PlanView after = db.read(h -> catalog.plan(h, PlanId.parse(id))).orElseThrow();
        assertThat(after.prices()).hasSize(1);
        assertThat(after.price("hour").orElseThrow().amount().minor()).isEqualTo(40);
        assertThat(after.plan().size()).isEqualTo(before.plan().size());
        Integer kept =
                db.read(h ->
                        h.createQuery("SELECT count(*) FROM plan_prices WHERE plan_id = :p")
                                .bind("p", PlanId.parse(id))
                                .mapTo(Integer.class)
                                .one());
        assertThat(kept).isEqualTo(3);
        assertThatThrownBy(() ->
                        db.useTransaction(
                                h -> h.execute("UPDATE plan_prices SET amount_minor = 1")))
                .hasMessageContaining("never changes");
    }

    @Test
    void whoSellsSeesAChangedPriceAtOnceAndOneSetAheadInItsTime() {
        PlanId id = PlanId.parse(http.client().get("/api/v1/plans/s").at("/id"));
        assertThat(hourly(id)).isEqualTo(100);

        admin().send("PUT", "/api/v1/admin/plans/" + id, Map.of("prices", PRICES));
        assertThat(hourly(id)).isEqualTo(40);

        db.useTransaction(handle -> {
            new CatalogStore()
                    .addPrices(
                            handle,
                            id,
                            List.of(
                                    new Price(
                                            UUID.randomUUID(),
                                            new PriceComponent.Hour(),
                                            new Money(55, Asset.COIN),
                                            clock.instant().plusSeconds(3_600))));
            catalog.changed(handle);
        });
        assertThat(hourly(id)).isEqualTo(40);
        clock.forward(Duration.ofHours(1));
        assertThat(hourly(id)).isEqualTo(55);
    }

    private long hourly(PlanId plan) {
        return db.read(handle -> catalog.sold(handle, plan))
                .orElseThrow()
                .price("hour")
                .orElseThrow()
                .amount()
                .minor();
    }

    @Test
    void aPlanIsSoldByTheMonthWithASetUpPriceAndUse() {
        String id = http.client().get("/api/v1/plans/s").at("/id");
        List<Map<String, Object>> prices =
                List.of(
                        Map.of("component", "month", "asset", "COIN", "amount_minor", 900),
                        Map.of("component", "year", "asset", "COIN", "amount_minor", 9_000),
                        Map.of("component", "setup", "asset", "COIN", "amount_minor", 50),
                        Map.of(
                                "component",
                                "usage-traffic",
                                "asset",
                                "COIN",
                                "amount_minor",
                                3,
                                "unit",
                                "GB",
                                "included",
                                100,
                                "units_per",
                                10,
                                "at_limit",
                                "throttle"));

        TestClient.Answer changed =
                admin().send("PUT", "/api/v1/admin/plans/" + id, Map.of("prices", prices));

        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(http.client().get("/api/v1/plans/s").json().at("/prices").toString())
                .isEqualTo(
                        "[{\"component\":\"month\",\"asset\":\"COIN\",\"amount_minor\":900,"
                                + "\"per\":\"month\"},"
                                + "{\"component\":\"year\",\"asset\":\"COIN\","
                                + "\"amount_minor\":9000,\"per\":\"year\"},"
                                + "{\"component\":\"setup\",\"asset\":\"COIN\","
                                + "\"amount_minor\":50,\"per\":\"once\"},"
                                + "{\"component\":\"usage-traffic\",\"asset\":\"COIN\","
                                + "\"amount_minor\":3,\"per\":\"usage\",\"unit\":\"GB\","
                                + "\"included\":100,\"units_per\":10,"
                                + "\"at_limit\":\"throttle\"}]");
        TestClient.Answer refused =
                admin().send(
                                "PUT",
                                "/api/v1/admin/plans/" + id,
                                Map.of(
                                        "prices",
                                        List.of(
                                                Map.of(
                                                        "component", "setup",
                                                        "asset", "COIN",
                                                        "amount_minor", 50,
                                                        "unit", "GB"),
                                                Map.of(
                                                        "component", "usage-traffic",
                                                        "asset", "COIN",
                                                        "amount_minor", 3,
                                                        "included", -1,
                                                        "at_limit", "beg"))));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder(
                        "/prices/0/component",
                        "/prices/0/unit",
                        "/prices/1/unit",
                        "/prices/1/included",
                        "/prices/1/at_limit");
    }

    @Test
    void aChangeOnTopOfSomebodyElsesIsRefused() {
        String id = http.client().get("/api/v1/plans/s").at("/id");
        TestClient stale = admin().header("If-Match", "\"1\"");
        stale.send("PUT", "/api/v1/admin/plans/" + id, Map.of("sort", 3));

        TestClient.Answer second =
                stale.send("PUT", "/api/v1/admin/plans/" + id, Map.of("sort", 4));

        assertThat(second.status()).isEqualTo(412);
        assertThat(second.at("/code")).isEqualTo("catalog.changed-meanwhile");
    }

    @Test
    void whatIsTakenOffTheShelfIsNoLongerShown() {
        String id = http.client().get("/api/v1/plans/s").at("/id");
        admin().send("PUT", "/api/v1/admin/plans/" + id, Map.of("active", false));

        assertThat(http.client().get("/api/v1/plans/s").status()).isEqualTo(404);
        assertThat(
                        admin().get("/api/v1/admin/products")
                                .json()
                                .at("/items/0/plans")
                                .findValuesAsText("code"))
                .contains("s");
    }

    @Test
    void everyWrongValueIsNamed() {
        Map<String, Object> wrong = new HashMap<>(plan("prd_00000000000000000000000000", "UPPER"));
        wrong.put("name", Map.of("fr", "x"));
        wrong.put("resources", Map.of("vcpu", -1, "memory_mb", 0, "disk_gb", 0.0001));
        wrong.put("refund_rule", "maybe");
        wrong.put("sort", -1);
        wrong.put(
                "prices",
                List.of(
                        Map.of("component", "hour", "asset", "XYZ", "amount_minor", 1),
                        Map.of("component", "hour", "asset", "COIN", "amount_minor", -1),
                        Map.of("component", "week", "asset", "COIN", "amount_minor", 1)));

        TestClient.Answer answer = admin().post("/api/v1/admin/plans", wrong);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors").findValuesAsText("pointer"))
                .contains(
                        "/product_id",
                        "/code",
                        "/name/fr",
                        "/name",
                        "/resources/vcpu",
                        "/resources/memory_mb",
                        "/resources/disk_gb",
                        "/refund_rule",
                        "/sort",
                        "/prices/0/asset",
                        "/prices/1/component",
                        "/prices/1/amount_minor",
                        "/prices/2/component");
    }

    @Test
    void hugeNumbersAndCustomersAreTurnedAway() {
        String body =
                json(plan("prd_00000000000000000000000000", "x")).replace("0.25", "1e1000000");
        assertThat(admin().post("/api/v1/admin/plans", body).status()).isEqualTo(400);
        TestClient customer =
                http.client().header("Authorization", "Bearer " + http.signIn(Role.CUSTOMER));
        assertThat(customer.post("/api/v1/admin/products", product("mine")).status())
                .isEqualTo(403);
    }

    private static String json(Object value) {
        return coop.minga.platform.http.Json.write(value);
    }

    private TestClient admin() {
        return http.client().header("Authorization", "Bearer " + http.signIn(Role.ADMIN));
    }

    private static Map<String, Object> product(String slug) {
        return Map.of(
                "slug",
                slug,
                "kind",
                "sandbox",
                "blueprint",
                "sandbox",
                "name",
                Map.of("en", "Lab", "es", "Laboratorio"));
    }

    private static Map<String, Object> plan(String product, String code) {
        return Map.of(
                "product_id", product,
                "code", code,
                "name", Map.of("en", "Tiny"),
                "resources", RESOURCES,
                "prices", PRICES);
    }
}
