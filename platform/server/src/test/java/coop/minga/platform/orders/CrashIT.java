package coop.minga.platform.orders;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.supply.FakeBackend;
import coop.minga.platform.supply.FakeBackends;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * A host dies at one point; the next one on the same database finishes or undoes what was begun,
 * and running machines still run.
 */
@Timeout(180)
class CrashIT {

    private TestDatabase database;
    private FakeBackend alpha;
    private FakeBackends backends;
    private House house;

    @BeforeEach
    void prepare() {
        database = TestDatabase.create();
        alpha = new FakeBackend("alpha", 10);
        backends = new FakeBackends(alpha, new FakeBackend("beta", 0));
    }

    @AfterEach
    void end() {
        house.mustBeConsistent();
        house.close();
        database.close();
    }

    private House.Customer dieAt(String point) {
        house = House.open(database, backends, point);
        return house.customer();
    }

    /** The process is gone; another one starts. */
    private void restart(House.Customer customer) {
        Eventually.until("it died", house::isDead);
        house.close();
        house = House.open(database, backends);
        customer.moveTo(house);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create.before-mark",
                "create.before-call",
                "create.after-call",
                "create.after-commit",
                "activate.before-commit",
                "activate.after-commit"
            })
    void orderSurvivesTheDeathOfItsHost(String point) {
        // A machine that is up at once is not written down in between.
        alpha.slowStart = point.equals("create.after-commit");
        House.Customer ana = dieAt(point);
        TestClient.Answer placed = ana.order("n");
        assertThat(placed.status()).isEqualTo(202);
        restart(ana);
        if (alpha.slowStart) {
            alpha.up(alpha.alive().getFirst());
        }
        Eventually.until(
                "it is delivered",
                Duration.ofSeconds(60),
                () -> ana.orderView(placed.at("/id")).at("/state").equals("fulfilled"));
        assertThat(alpha.made).hasValue(1);
        assertThat(alpha.machines).hasSize(1);
        assertThat(ana.instance(placed.at("/instance_id")).at("/state")).isEqualTo("running");
        assertThat(ana.coins()).isEqualTo("99900+100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.before-commit", "order.after-commit"})
    void placingIsAllOrNothing(String point) {
        House.Customer ana = dieAt(point);
        TestClient client = ana.client().once();
        Map<String, Object> form = ana.form("n");
        try {
            client.post("/api/v1/orders", form);
        } catch (java.io.UncheckedIOException e) {
            // The connection died with the host.
        }
        restart(ana);
        int orders = ana.client().get("/api/v1/orders").json().at("/items").size();
        assertThat(orders).isEqualTo(point.endsWith("before-commit") ? 0 : 1);
        if (orders == 1) {
            Eventually.until(
                    "it is delivered",
                    () ->
                            ana.client()
                                    .get("/api/v1/orders")
                                    .at("/items/0/state")
                                    .equals("fulfilled"));
        } else {
            assertThat(ana.coins()).isEqualTo("100000+0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "discard.before-call",
                "discard.after-call",
                "next.before-commit",
                "next.after-commit"
            })
    void undoingSurvivesTheDeathOfItsHost(String point) {
        alpha.failStart = true;
        House.Customer ana = dieAt(point);
        TestClient.Answer placed = ana.order("n");
        restart(ana);
        Eventually.until(
                "it is undone",
                Duration.ofSeconds(60),
                () -> ana.orderView(placed.at("/id")).at("/state").equals("failed"));
        assertThat(alpha.machines).isEmpty();
        assertThat(ana.coins()).isEqualTo("100000+0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "power.before-call",
                "power.after-call",
                "power.after-commit",
                "destroy.before-call",
                "destroy.after-call",
                "destroy.after-commit"
            })
    void actionsSurviveTheDeathOfTheirHost(String point) {
        House.Customer ana = dieAt(point);
        TestClient.Answer placed = ana.order("n");
        String id = placed.at("/instance_id");
        Eventually.until("it runs", () -> ana.instance(id).at("/state").equals("running"));
        if (point.startsWith("power")) {
            TestClient.Answer stop =
                    ana.client().once().post("/api/v1/instances/" + id + "/actions/stop", null);
            assertThat(stop.status()).as(stop.text()).isEqualTo(202);
        } else {
            assertThat(ana.client().delete("/api/v1/instances/" + id).status()).isEqualTo(202);
        }
        restart(ana);
        String wanted = point.startsWith("power") ? "stopped" : "terminated";
        Eventually.until(
                "it is " + wanted,
                Duration.ofSeconds(60),
                () -> ana.instance(id).at("/state").equals(wanted));
        assertThat(Set.of("0", "1")).contains(Integer.toString(alpha.machines.size()));
        assertThat(ana.coins()).endsWith("+0");
        if (wanted.equals("terminated")) {
            assertThat(alpha.machines).isEmpty();
            assertThat(house.supply.nodes()).allMatch(n -> n.usedInstances() == 0);
        }
    }
}
