package coop.minga.platform.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.Eventually;
import coop.minga.platform.billing.Overdue;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.instances.Holding;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.FakeBackend;
import coop.minga.platform.supply.FakeBackend.Mood;
import coop.minga.platform.supply.FakeBackends;
import coop.minga.platform.supply.Supply;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(120)
class OrdersIT {

    private TestDatabase database;
    private FakeBackend alpha;
    private FakeBackends backends;
    private House house;

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        alpha = new FakeBackend("alpha", 100);
        backends = new FakeBackends(alpha);
        house = House.open(database, backends);
    }

    @AfterEach
    void close() {
        house.mustBeConsistent();
        house.close();
        database.close();
    }

    private void also(FakeBackend... more) {
        house.close();
        FakeBackend[] all = new FakeBackend[more.length + 1];
        all[0] = alpha;
        System.arraycopy(more, 0, all, 1, more.length);
        backends = new FakeBackends(all);
        house = House.open(database, backends);
    }

    private static void await(House.Customer customer, String order, String state) {
        Eventually.until(
                order + " is " + state, () -> customer.orderView(order).at("/state").equals(state));
    }

    @Test
    void orderedMachineRunsAndIsPaidFor() {
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("web-1");
        assertThat(placed.status()).as(placed.text()).isEqualTo(202);
        assertThat(placed.at("/state")).isEqualTo("held");
        await(ana, placed.at("/id"), "fulfilled");

        TestClient.Answer instance = ana.instance(placed.at("/instance_id"));
        assertThat(instance.at("/state")).isEqualTo("running");
        assertThat(instance.at("/name")).isEqualTo("web-1");
        assertThat(instance.at("/order_id")).isEqualTo(placed.at("/id"));
        assertThat(instance.at("/plan/code")).isEqualTo("s");
        assertThat(instance.at("/plan/product_name")).isEqualTo("Sandbox");
        assertThat(instance.json().at("/price").toString())
                .isEqualTo(
                        "{\"component\":\"hour\",\"amount_minor\":100,\"asset\":\"COIN\","
                                + "\"per\":\"hour\"}");
        assertThat(instance.json().has("account")).isFalse();
        assertThat(instance.at("/endpoints/0/url"))
                .matches("http://ins-[0-9a-z]{26}-8080\\.localhost");
        assertThat(instance.at("/has_credentials")).isEqualTo("true");
        assertThat(instance.at("/public")).isEqualTo("false");
        assertThat(instance.json().at("/actions").toString())
                .isEqualTo("[\"stop\",\"restart\",\"delete\"]");
        assertThat(ana.coins()).isEqualTo("99900+100");
        TestClient.Answer order = ana.orderView(placed.at("/id"));
        assertThat(order.json().at("/steps").findValuesAsText("name"))
                .containsExactly("payment", "room", "create", "start", "ready");
        assertThat(order.json().at("/steps").findValuesAsText("state")).containsOnly("done");
        assertThat(order.text()).doesNotContain("\"ended_at\":null}");
        FakeBackend.Machine machine = alpha.alive().getFirst();
        assertThat(machine.request.environment().get("PASSWORD")).hasSize(20);
        assertThat(machine.request.sshKeys()).containsExactly("ssh-ed25519 AAAA");
        assertThat(machine.request.name()).startsWith("web-1-").matches("[a-z0-9-]{1,40}");
        assertThat(instance.text()).doesNotContain(machine.request.environment().get("PASSWORD"));
    }

    @Test
    void aMonthIsPaidAheadTogetherWithWhatIsPaidOnce() {
        sellByTheMonth(9_000);
        House.Customer ana = house.customer();
        String plan = house.plan("s").toString();
        JsonNode quote =
                ana.client()
                        .post("/api/v1/quotes", Map.of("plan_id", plan, "price", "month"))
                        .json();
        assertThat(quote.at("/lines").findValuesAsText("component"))
                .containsExactly("month", "setup");
        assertThat(quote.at("/total/amount_minor").asLong()).isEqualTo(9_500);

        TestClient.Answer placed =
                ana.client()
                        .once()
                        .post(
                                "/api/v1/orders",
                                Map.of(
                                        "plan_id", plan,
                                        "name", "web-1",
                                        "price", "month",
                                        "quote_id", quote.at("/id").asText(),
                                        "pay_with", "coins"));
        assertThat(placed.status()).as(placed.text()).isEqualTo(202);
        assertThat(placed.at("/total/amount_minor")).isEqualTo("9500");
        await(ana, placed.at("/id"), "fulfilled");

        TestClient.Answer instance = ana.instance(placed.at("/instance_id"));
        assertThat(instance.at("/price/per")).isEqualTo("month");
        assertThat(instance.at("/expires_at")).isNotEmpty();
        assertThat(instance.json().at("/actions").toString()).contains("renew");
        assertThat(ana.coins()).isEqualTo("90500+0");
        TestClient.Answer setup =
                ana.client()
                        .once()
                        .post(
                                "/api/v1/orders",
                                Map.of(
                                        "plan_id", plan,
                                        "name", "web-2",
                                        "price", "setup",
                                        "pay_with", "coins"));
        assertThat(setup.status()).isEqualTo(400);
        assertThat(setup.at("/errors/0/pointer")).isEqualTo("/price");
    }

    private void sellByTheMonth(long coins) {
        house.db.useTransaction(handle ->
                handle.execute(
                        """
                        INSERT INTO plan_prices
                               (id, plan_id, version, n, component, asset, amount_minor, valid_from)
                        SELECT gen_random_uuid(), id, 2, n, component, 'COIN', amount, now()
                          FROM plans, (VALUES (0, 'hour', 100), (1, 'month', ?),
                                              (2, 'setup', 500)) AS p (n, component, amount)
                         WHERE code = 's'
                        """,
                        coins));
    }

    @Test
    void anOwnerChangesFromHoursToAMonthAtTheFiguresShownBefore() {
        sellByTheMonth(9_000);
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("web-1");
        await(ana, placed.at("/id"), "fulfilled");
        String path = "/api/v1/instances/" + placed.at("/instance_id") + "/plan";

        JsonNode shown =
                ana.client().once().post(path, Map.of("price", "month", "dry_run", true)).json();
        assertThat(shown.at("/due/amount_minor").asLong()).isEqualTo(9_000);
        assertThat(ana.coins()).isEqualTo("99400+100");
        TestClient.Answer done = ana.client().once().post(path, Map.of("price", "month"));
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(done.at("/due/amount_minor")).isEqualTo("9000");
        assertThat(ana.instance(placed.at("/instance_id")).at("/price/per")).isEqualTo("month");

        TestClient.Answer other =
                ana.client().once().post(path, Map.of("plan_id", house.plan("m").toString()));
        assertThat(other.at("/code")).isEqualTo("billing.other-size");
        assertThat(house.customer().client().once().post(path, Map.of()).status()).isEqualTo(404);
    }

    @Test
    void aMachineWhoseRenewalIsNotPaidStopsAndStartsByItselfWhenMoneyComes() {
        sellByTheMonth(60_000);
        House.Customer ana = house.customer();
        TestClient.Answer placed =
                ana.client()
                        .once()
                        .post(
                                "/api/v1/orders",
                                Map.of(
                                        "plan_id", house.plan("s").toString(),
                                        "name", "web-1",
                                        "price", "month",
                                        "pay_with", "coins"));
        await(ana, placed.at("/id"), "fulfilled");
        String id = placed.at("/instance_id");

        Overdue.since(house.db, house.billing, 8);
        Eventually.until(
                "it is suspended", () -> ana.instance(id).at("/state").equals("suspended"));
        assertThat(ana.instance(id).at("/reason/code")).isEqualTo("payment-overdue");

        house.topUp(ana);
        Eventually.until("it runs again", () -> ana.instance(id).at("/state").equals("running"));
        assertThat(ana.coins()).isEqualTo("79500+0");
    }

    @Test
    void backendThatHoldsAMachineSaysSoUntilItIsGone() {
        House.Customer ana = house.customer();
        assertThat(heldByAlpha()).isEqualTo(new Holding(0, 0));
        TestClient.Answer placed = ana.order("web-1");
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(heldByAlpha()).isEqualTo(new Holding(1, 0));
        assertThat(heldByAlpha().reason("alpha").orElseThrow().in("en"))
                .contains("alpha", "1 machines", "Terminate");
        ana.client().delete("/api/v1/instances/" + placed.at("/instance_id"));
        Eventually.until("nothing is held", () -> heldByAlpha().equals(new Holding(0, 0)));
        assertThat(heldByAlpha().reason("alpha")).isEmpty();
    }

    private Holding heldByAlpha() {
        return house.db.read(handle -> house.instances.heldBy(handle, "alpha"));
    }

    @Test
    void operatorsSeeWhoseOrdersAndMachinesTheyAreAndCanAskForOneAccounts() {
        House.Customer ana = house.customer();
        House.Customer eva = house.customer();
        String order = ana.order("of-ana").at("/id");
        await(ana, order, "fulfilled");
        await(eva, eva.order("of-eva").at("/id"), "fulfilled");
        TestClient operator = house.customer(Role.VIEWER).client();
        String account = ana.principal.account().toString();

        JsonNode orders = operator.get("/api/v1/admin/orders?account=" + account).json();
        assertThat(orders.at("/items").size()).isEqualTo(1);
        assertThat(orders.at("/items/0/id").asText()).isEqualTo(order);
        assertThat(orders.at("/items/0/account/id").asText()).isEqualTo(account);
        assertThat(orders.at("/items/0/account/email").asText()).contains("@");
        JsonNode machines = operator.get("/api/v1/admin/instances?account=" + account).json();
        assertThat(machines.at("/items").findValuesAsText("name")).contains("of-ana");
        assertThat(machines.at("/items").size()).isEqualTo(1);
        assertThat(machines.at("/items/0/account/id").asText()).isEqualTo(account);
        assertThat(operator.get("/api/v1/admin/orders").json().at("/items").size()).isEqualTo(2);
        assertThat(operator.get("/api/v1/admin/instances?account=somebody").status())
                .isEqualTo(404);
        assertThat(ana.client().get("/api/v1/orders").text()).doesNotContain("account");
    }

    @Test
    void rehearsalSaysTheStepsAndChangesNothing() {
        House.Customer ana = house.customer();
        Map<String, Object> form = new java.util.HashMap<>(ana.form("dry"));
        form.put("dry_run", true);
        TestClient.Answer answer = ana.client().once().post("/api/v1/orders", form);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at("/steps").size()).isEqualTo(5);
        assertThat(answer.at("/total/amount_minor")).isEqualTo("100");
        assertThat(ana.client().get("/api/v1/orders").json().at("/items").size()).isZero();
        assertThat(ana.client().get("/api/v1/instances").json().at("/items").size()).isZero();
        assertThat(ana.coins()).isEqualTo("100000+0");
        assertThat(house.supply.nodes().getFirst().usedInstances()).isZero();
        assertThat(alpha.count("create")).isZero();
    }

    @Test
    void badOrdersNameTheField() {
        House.Customer ana = house.customer();
        for (Map.Entry<String, Object> wrong :
                List.of(
                        Map.entry("name", (Object) "Big Name"),
                        Map.entry("price", (Object) "year"),
                        Map.entry("pay_with", (Object) "card"),
                        Map.entry("safety", (Object) "twice"),
                        Map.entry("placement", (Object) "moon"),
                        Map.entry("quote_id", (Object) "quo_00000000000000000000000000"))) {
            Map<String, Object> form = new java.util.HashMap<>(ana.form("x"));
            form.put(wrong.getKey(), wrong.getValue());
            TestClient.Answer answer = ana.client().once().post("/api/v1/orders", form);
            assertThat(answer.status()).as(wrong + answer.text()).isEqualTo(400);
            assertThat(answer.at("/errors/0/pointer")).isEqualTo("/" + wrong.getKey());
        }
    }

    @Test
    void quotedPriceIsPaidAndStrangersQuotesAreNot() {
        House.Customer ana = house.customer();
        TestClient.Answer quote =
                ana.client()
                        .post(
                                "/api/v1/quotes",
                                Map.of("plan_id", house.plan("m").toString(), "price", "slot24h"));
        assertThat(quote.status()).as(quote.text()).isEqualTo(200);
        assertThat(quote.json().at("/split").size()).isEqualTo(1);
        Map<String, Object> form =
                Map.of(
                        "plan_id", house.plan("m").toString(),
                        "price", "slot24h",
                        "name", "m-1",
                        "pay_with", "coins",
                        "quote_id", quote.at("/id"));
        TestClient.Answer placed = ana.client().once().post("/api/v1/orders", form);
        assertThat(placed.status()).as(placed.text()).isEqualTo(202);
        assertThat(placed.at("/total/amount_minor")).isEqualTo(quote.at("/total/amount_minor"));
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(ana.instance(placed.at("/instance_id")).at("/expires_at")).isNotEmpty();
        House.Customer eve = house.customer();
        assertThat(eve.client().once().post("/api/v1/orders", form).status()).isEqualTo(400);
        assertThat(eve.orderView(placed.at("/id")).status()).isEqualTo(404);
        assertThat(eve.instance(placed.at("/instance_id")).status()).isEqualTo(404);
    }

    @Test
    void hundredOrdersForThreePlacesGiveThreeMachines() throws Exception {
        alpha.maxInstances = 3;
        house.supply.refresh();
        List<House.Customer> customers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            customers.add(house.customer());
        }
        List<TestClient.Answer> answers =
                together(
                        customers.stream()
                                .map(c -> (Callable<TestClient.Answer>) () -> c.order("n"))
                                .toList());
        List<TestClient.Answer> accepted = answers.stream().filter(a -> a.status() == 202).toList();
        assertThat(accepted).hasSize(3);
        assertThat(answers.stream().filter(a -> a.status() == 409))
                .hasSize(97)
                .allMatch(a -> a.at("/code").equals("capacity.exhausted"));
        for (int i = 0; i < 100; i++) {
            if (answers.get(i).status() == 202) {
                await(customers.get(i), answers.get(i).at("/id"), "fulfilled");
                assertThat(customers.get(i).coins()).isEqualTo("99900+100");
            } else {
                assertThat(customers.get(i).coins()).isEqualTo("100000+0");
            }
        }
        assertThat(alpha.made).hasValue(3);
        assertThat(house.supply.nodes().getFirst().usedInstances()).isEqualTo(3);
    }

    @Test
    void fiftyOrdersForOneOrdersWorthOfCoinsGiveOneMachine() throws Exception {
        House.Customer ana = house.customer();
        drain(ana, 150);
        List<Callable<TestClient.Answer>> orders = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            orders.add(() -> ana.order("n"));
        }
        List<TestClient.Answer> answers = together(orders);
        assertThat(answers.stream().filter(a -> a.status() == 202)).hasSize(1);
        assertThat(answers.stream().filter(a -> a.status() == 409))
                .hasSize(49)
                .allMatch(a -> a.at("/code").equals("wallet.insufficient-funds"));
        assertThat(house.supply.nodes().getFirst().usedInstances()).isEqualTo(1);
    }

    @Test
    void sameKeyHundredTimesIsOneOrderWithEqualAnswers() throws Exception {
        House.Customer ana = house.customer();
        TestClient client = ana.client().once();
        List<Callable<TestClient.Answer>> orders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            orders.add(() -> client.post("/api/v1/orders", ana.form("n")));
        }
        List<TestClient.Answer> answers = together(orders);
        Set<String> bodies = new HashSet<>();
        answers.forEach(a -> bodies.add(a.status() + a.text()));
        assertThat(bodies).hasSize(1);
        assertThat(ana.client().get("/api/v1/orders").json().at("/items").size()).isEqualTo(1);
        await(ana, answers.getFirst().at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
        assertThat(ana.coins()).isEqualTo("99900+100");
    }

    @Test
    void fullBackendIsLeftForTheNextAndNothingIsChargedWhenAllAreFull() {
        also(new FakeBackend("beta", 100), new FakeBackend("gamma", 100));
        for (String name : List.of("alpha", "beta", "gamma")) {
            backends.get(name).next("create", Mood.FULL);
        }
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "failed");
        assertThat(ana.coins()).isEqualTo("100000+0");
        assertThat(ana.instance(placed.at("/instance_id")).at("/state")).isEqualTo("failed");
        assertThat(ana.instance(placed.at("/instance_id")).at("/reason/text"))
                .contains("Nothing was charged");
        assertThat(house.supply.nodes()).allMatch(n -> n.usedInstances() == 0);

        backends.get("alpha").next("create", Mood.REJECT);
        backends.get("beta").next("create", Mood.REJECT);
        TestClient.Answer again = ana.order("n");
        await(ana, again.at("/id"), "fulfilled");
        assertThat(backends.get("gamma").machines).hasSize(1);
        assertThat(house.supply.nodes().stream().filter(n -> n.usedInstances() == 1)).hasSize(1);
    }

    @Test
    void lostReplyIsFoundByItsKeyAndNeverAskedTwice() {
        alpha.next("create", Mood.DROP_REPLY);
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
        assertThat(alpha.count("create")).isEqualTo(1);
        assertThat(ana.coins()).isEqualTo("99900+100");
    }

    @Test
    void hangingBackendLeavesTheOrderUnresolvedUntilItIsKnown() {
        alpha.next("create", Mood.HANG_AFTER).next("find", Mood.HANG, Mood.UNREACHABLE);
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "unresolved");
        assertThat(ana.instance(placed.at("/instance_id")).at("/state")).isEqualTo("unknown");
        assertThat(ana.coins()).isEqualTo("99900+100");
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
        assertThat(alpha.count("create")).isEqualTo(1);
    }

    @Test
    void callThatDidNothingIsAskedAgainUnderTheSameKey() {
        alpha.next("create", Mood.HANG);
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
        assertThat(alpha.count("create")).isEqualTo(2);
        assertThat(alpha.count("find")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void machineThatDoesNotComeUpIsDestroyedBeforeTheNextIsTried() {
        also(new FakeBackend("beta", 100));
        alpha.failStart = true;
        alpha.next("destroy", Mood.UNREACHABLE, Mood.DROP_REPLY);
        backends.get("beta").maxInstances = 0;
        house.supply.refresh();
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "failed");
        assertThat(alpha.machines).isEmpty();
        assertThat(ana.coins()).isEqualTo("100000+0");
        assertThat(ana.orderView(placed.at("/id")).at("/reason/code")).isEqualTo("start-failed");
    }

    @Test
    void absentBackendIsWaitedFor() {
        House.Customer ana = house.customer();
        alpha.next("create", Mood.LATER);
        TestClient.Answer placed = ana.order("n");
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
    }

    @Test
    void deletedWhileBeingMadeLeavesNothingAndCostsNothing() {
        alpha.slowStart = true;
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        String instance = placed.at("/instance_id");
        Eventually.until("it is made", () -> alpha.made.get() == 1);
        assertThat(ana.client().delete("/api/v1/instances/" + instance).status()).isEqualTo(202);
        await(ana, placed.at("/id"), "cancelled");
        assertThat(ana.instance(instance).at("/state")).isEqualTo("terminated");
        assertThat(alpha.machines).isEmpty();
        assertThat(ana.coins()).isEqualTo("100000+0");
        assertThat(house.supply.nodes().getFirst().usedInstances()).isZero();
    }

    @Test
    void slowMachineIsSeenAsSoonAsItsBackendSaysSo() {
        alpha.slowStart = true;
        House.Customer ana = house.customer();
        TestClient.Answer placed = ana.order("n");
        Eventually.until("it is made", () -> alpha.made.get() == 1);
        assertThat(ana.orderView(placed.at("/id")).at("/state")).isEqualTo("provisioning");
        alpha.up(alpha.alive().getFirst());
        await(ana, placed.at("/id"), "fulfilled");
    }

    @Test
    void ordersRightAfterAStartWaitForABackendThatWasNotHeardOfYet() {
        House.Customer ana = house.customer();
        backends.setPresence("alpha", Backends.Presence.COMING);
        house.supply.refresh();
        TestClient.Answer placed = ana.order("n");
        assertThat(placed.status()).as(placed.text()).isEqualTo(202);

        backends.setPresence("alpha", Backends.Presence.READY);
        house.supply.refresh();
        await(ana, placed.at("/id"), "fulfilled");
        assertThat(alpha.made).hasValue(1);
    }

    @Test
    void backendThatIsAwayTakesNoOrders() {
        House.Customer ana = house.customer();
        backends.setPresence("alpha", Backends.Presence.AWAY);
        house.supply.refresh();
        assertThat(ana.order("n").at("/code")).isEqualTo("capacity.exhausted");
        assertThat(ana.coins()).isEqualTo("100000+0");
        backends.setPresence("alpha", Backends.Presence.READY);
        house.supply.refresh();
    }

    @Test
    void shrunkenBackendKeepsWhatItHasAndTakesNothingNew() {
        House.Customer ana = house.customer();
        for (int i = 0; i < 3; i++) {
            await(ana, ana.order("n").at("/id"), "fulfilled");
        }
        alpha.maxInstances = 1;
        house.supply.refresh();
        assertThat(ana.order("n").at("/code")).isEqualTo("capacity.exhausted");
        List<String> ids =
                ana.client().get("/api/v1/instances").json().at("/items").findValuesAsText("id");
        for (int i = 0; i < 2; i++) {
            String id = ana.client().get("/api/v1/instances").at("/items/0/id");
            ana.client().delete("/api/v1/instances/" + id);
            Eventually.until("gone", () -> ana.instance(id).at("/state").equals("terminated"));
            assertThat(ana.order("n").at("/code")).isEqualTo("capacity.exhausted");
        }
        assertThat(ids).isNotEmpty();
        String last = ana.client().get("/api/v1/instances").at("/items/0/id");
        ana.client().delete("/api/v1/instances/" + last);
        Eventually.until("gone", () -> ana.instance(last).at("/state").equals("terminated"));
        await(ana, ana.order("n").at("/id"), "fulfilled");
        assertThat(house.db.<List<String>>read(h -> Supply.discrepancies(h))).isEmpty();
    }

    private void drain(House.Customer customer, long leave) {
        house.db.useTransaction(handle ->
                house.wallet.hold(
                        handle,
                        customer.principal.team(),
                        new coop.minga.plugin.api.Money(
                                100_000 - leave, coop.minga.plugin.api.Asset.COIN),
                        new coop.minga.platform.ledger.Explains("test", "drain")));
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : pool.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
