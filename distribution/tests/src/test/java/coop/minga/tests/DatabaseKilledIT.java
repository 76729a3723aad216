package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

class DatabaseKilledIT {

    private final AtomicBoolean enough = new AtomicBoolean();
    private final Set<Integer> statuses = new ConcurrentSkipListSet<>();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void theDatabaseIsKilledUnderLoadAndNothingAcknowledgedIsLost() throws Exception {
        try (RunningMinga minga =
                RunningMinga.prepared()
                        .configure(
                                "minga.yaml",
                                "http:\n  rate_factor: 0\naccounts:\n  welcome_grant: 100000\n")) {
            minga.start();
            Caller admin = minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            String plan = customer.plan("sandbox", "s");
            long host = minga.process().pid();

            try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    all.add(people.submit(() -> read(customer)));
                }
                all.add(people.submit(() -> order(customer, plan)));
                try {
                    for (int kills = 1; kills <= 2; kills++) {
                        int wanted = kills;
                        Await.until(
                                Duration.ofSeconds(60),
                                "an order acknowledged",
                                () -> acknowledged.size() >= wanted);
                        kill(minga);
                    }
                } finally {
                    enough.set(true);
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }

            assertThat(minga.process().isAlive()).isTrue();
            assertThat(minga.process().pid()).isEqualTo(host);
            assertThat(new TreeSet<>(statuses)).isSubsetOf(200, 202, 503).contains(200, 202);
            List<JsonNode> orders = customer.all("/orders");
            for (Map.Entry<String, String> order : acknowledged.entrySet()) {
                assertThat(orders)
                        .filteredOn(one -> one.path("id").asText().equals(order.getValue()))
                        .as("acknowledged order %s", order.getKey())
                        .hasSize(1);
            }
            Oracle oracle = new Oracle(minga, admin);
            Await.until(
                    Duration.ofSeconds(60),
                    "all well",
                    () -> {
                        oracle.check();
                        return true;
                    });
            System.out.println(
                    reads
                            + " reads and "
                            + acknowledged.size()
                            + " orders around two kills; answers "
                            + statuses);
        }
    }

    private static void kill(RunningMinga minga) {
        long pid = minga.databaseProcess().orElseThrow();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Caller anybody = minga.caller();
        Await.until(
                Duration.ofSeconds(60),
                "another server in place of " + pid,
                () -> minga.databaseProcess().filter(now -> now != pid).isPresent());
        Duration took =
                Await.until(
                        Duration.ofSeconds(60),
                        "a ready host again",
                        () -> anybody.get("/health/ready").status() == 200);
        System.out.println("ready " + took.toMillis() + " ms after the new server's start");
    }

    private void read(Caller customer) {
        while (!enough.get()) {
            statuses.add(customer.get("/wallet").status());
            reads.incrementAndGet();
        }
    }

    /** Orders until it is answered, with the same key; then the next one, then deletes it. */
    private void order(Caller customer, String plan) {
        for (int n = 1; !enough.get(); n++) {
            String name = "m-" + n;
            String key = UUID.randomUUID().toString();
            Caller.Answer answer;
            do {
                answer = customer.post("/orders", Caller.orderOf(plan, name), key);
                statuses.add(answer.status());
            } while (answer.status() != 202);
            acknowledged.put(name, answer.json().path("id").asText());
            String instance = answer.json().path("instance_id").asText();
            Await.until(
                    Duration.ofSeconds(60),
                    instance + " runs",
                    () -> customer.instance(instance).path("state").asText().equals("running"));
        }
    }
}
