package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Many at once over HTTP, on a node with three places. */
class ParallelIT {

    private static final int PLACES = 3;

    private static RunningMinga minga;
    private static Caller admin;

    @BeforeAll
    static void start() {
        minga =
                RunningMinga.prepared()
                        .configure(
                                "minga.yaml",
                                "http:\n  rate_factor: 0\naccounts:\n  welcome_grant: 100000\n")
                        .configure(
                                "providers/sandbox.yaml",
                                """
                                kind: compute
                                name: bubblewrap
                                factory: bubblewrap
                                config:
                                  max_instances: 3
                                """);
        minga.start();
        admin = minga.setUp();
    }

    @AfterAll
    static void stop() {
        minga.close();
    }

    private static <T> List<T> atOnce(int times, Callable<T> work) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<T>> futures = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < times; i++) {
                futures.add(
                        threads.submit(() -> {
                            go.await();
                            return work.call();
                        }));
            }
            go.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static List<String> codes(List<Caller.Answer> answers) {
        return answers.stream()
                .filter(answer -> answer.status() != 202)
                .map(answer -> answer.status() + " " + answer.code())
                .distinct()
                .toList();
    }

    private static long accepted(List<Caller.Answer> answers) {
        return answers.stream().filter(answer -> answer.status() == 202).count();
    }

    /** Waits for what was ordered, then deletes it. */
    private static void clear(Caller customer) {
        for (JsonNode instance : customer.all("/instances")) {
            String id = instance.path("id").asText();
            customer.awaitState(id, "running");
            customer.delete("/instances/" + id).must(202);
            customer.awaitState(id, "terminated");
        }
    }

    private static long price(Caller customer, String plan) {
        return customer.post("/quotes", Map.of("plan_id", plan, "price", "slot24h"))
                .must(200)
                .json()
                .path("total")
                .path("amount_minor")
                .asLong();
    }

    private static Map<String, Object> slot(String plan) {
        return Map.of("plan_id", plan, "name", "m", "pay_with", "coins", "price", "slot24h");
    }

    private static void balanced() {
        JsonNode books = admin.post("/admin/books/verify", Map.of()).must(200).json();
        assertThat(books.path("balanced").asBoolean()).as("%s", books).isTrue();
    }

    @Test
    void fiftyOrdersForTheCoinsOfOneMakeExactlyOne() throws Exception {
        Caller customer = minga.caller().signUp("ana");
        String plan = customer.plan("sandbox", "s");
        String id = customer.get("/me").must(200).json().path("id").asText();
        long price = price(customer, plan);
        admin.post(
                        "/admin/accounts/" + id + "/adjustments",
                        Map.of(
                                "asset", "COIN",
                                "bucket", "promo",
                                "op", "set",
                                "amount_minor", price,
                                "reason", "coins for one order"))
                .must(201);
        assertThat(customer.coins("available_minor")).isEqualTo(price);

        List<Caller.Answer> answers = atOnce(50, () -> customer.post("/orders", slot(plan)));

        assertThat(accepted(answers)).as("%s", codes(answers)).isEqualTo(1);
        assertThat(codes(answers)).containsExactly("409 wallet.insufficient-funds");
        assertThat(customer.all("/orders")).hasSize(1);
        assertThat(customer.coins("available_minor")).isZero();
        clear(customer);
        assertThat(customer.coins("held_minor")).isZero();
        balanced();
    }

    @Test
    void hundredOrdersForThreePlacesMakeThreeAndChargeNobodyElse() throws Exception {
        Caller customer = minga.caller().signUp("berta");
        String plan = customer.plan("sandbox", "s");
        long price = price(customer, plan);
        long before = customer.coins("available_minor");

        List<Caller.Answer> answers = atOnce(100, () -> customer.post("/orders", slot(plan)));

        assertThat(accepted(answers)).as("%s", codes(answers)).isEqualTo(PLACES);
        assertThat(codes(answers)).containsExactly("409 capacity.exhausted");
        List<JsonNode> instances = customer.all("/instances");
        assertThat(instances).hasSize(PLACES);
        instances.forEach(one -> customer.awaitState(one.path("id").asText(), "running"));
        assertThat(minga.sandboxes()).hasSize(PLACES);
        assertThat(customer.coins("held_minor")).isZero();
        assertThat(customer.coins("available_minor")).isEqualTo(before - PLACES * price);
        assertThat(customer.all("/orders")).hasSize(PLACES);
        balanced();
        clear(customer);
    }

    @Test
    void theSameKeyHundredTimesIsOneOrderWithOneAnswer() throws Exception {
        Caller customer = minga.caller().signUp("carla");
        String plan = customer.plan("sandbox", "s");
        String key = UUID.randomUUID().toString();

        List<Caller.Answer> answers = atOnce(100, () -> customer.post("/orders", slot(plan), key));

        assertThat(accepted(answers)).as("%s", codes(answers)).isEqualTo(100);
        assertThat(IntStream.range(0, 100).mapToObj(i -> answers.get(i).text()).distinct())
                .hasSize(1);
        assertThat(customer.all("/orders")).hasSize(1);
        clear(customer);
        assertThat(minga.sandboxes()).isEmpty();
        balanced();
    }
}
