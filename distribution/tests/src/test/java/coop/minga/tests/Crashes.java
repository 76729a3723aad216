package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One host that is ended at named points of its sagas, as by kill -9, and started again. A machine
 * that nobody touches runs through all of it.
 *
 * <p>Run by itself it takes seeds and goes through every point with each: {@code
 * distribution/long/crash.sh}.
 */
final class Crashes implements AutoCloseable {

    /** What is asked for, then where the host ends while it does it. */
    static final List<String> ALL =
            List.of(
                    "order/order.before-commit",
                    "order/order.after-commit",
                    "order/create.before-mark",
                    "order/create.before-call",
                    "order/create.after-call",
                    "order/create.after-commit",
                    "order/activate.before-commit",
                    "order/activate.after-commit",
                    "stop/power.before-call",
                    "stop/power.after-call",
                    "stop/power.after-commit",
                    "start/power.before-call",
                    "start/power.after-call",
                    "start/power.after-commit",
                    "delete/destroy.before-call",
                    "delete/destroy.after-call",
                    "delete/destroy.after-commit",
                    "pay/payment.begin.before-commit",
                    "pay/payment.begin.after-commit",
                    "pay/payment.start.before-call",
                    "pay/payment.start.after-call",
                    "pay/payment.learn.before-commit",
                    "pay/payment.learn.after-commit",
                    "pay/payment.observe.after-call",
                    "refund/payment.refund-begin.before-commit",
                    "refund/payment.refund-begin.after-commit",
                    "refund/payment.refund.before-call",
                    "refund/payment.refund.after-call",
                    "refund/payment.refund-learn.before-commit",
                    "refund/payment.refund-learn.after-commit");

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int KILLED = 137;

    private final RunningMinga minga = RunningMinga.prepared();
    private final Random random;
    private final Caller admin = minga.caller();
    private final Caller customer = minga.caller();
    private final Oracle oracle = new Oracle(minga, admin);
    private final String bystander;
    private final String plan;
    private int orders;

    Crashes(long seed) {
        random = new Random(seed);
        try {
            minga.configure(
                    "minga.yaml", "http:\n  rate_factor: 0\naccounts:\n  welcome_grant: 100000\n");
            minga.start();
            admin.setUp();
            customer.signUp("rosa");
            plan = customer.plan("sandbox", "s");
            bystander = customer.running(plan, "bystander");
            customer.visit(bystander).must(200);
        } catch (AssertionError | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Crashes, restarts and checks; gives how long it took until everything held again. */
    Duration at(String point) {
        String wish = point.substring(0, point.indexOf('/'));
        String subject =
                switch (wish) {
                    case "order", "pay" -> "";
                    case "refund" -> MoneyWishes.paid(customer);
                    default -> customer.running(plan, name());
                };
        if (wish.equals("start")) {
            customer.act(subject, "stop").must(202);
            customer.awaitState(subject, "stopped");
        }
        String before = lifeOf(bystander);
        minga.kill();

        minga.start("-Dminga.crash=" + point.substring(point.indexOf('/') + 1));
        List<Wish> wishes = wishes(wish, subject);
        try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asked = new ArrayList<>();
            wishes.forEach(one -> asked.add(people.submit(() -> one.tryOnce(customer))));
            assertThat(minga.ended()).as("the host ends at %s", point).isEqualTo(KILLED);
            for (Future<?> one : asked) {
                get(one);
            }
        }

        minga.start();
        // Whoever got no answer asks again with the same key.
        wishes.forEach(one -> one.again(customer));
        Duration took =
                Await.until(
                        RECOVERY,
                        "all well after a crash at " + point,
                        () -> {
                            oracle.check();
                            wishes.forEach(one -> one.fulfilled(customer));
                            return true;
                        });
        oracle.check();
        customer.get("/me").must(200);
        customer.visit(bystander).must(200);
        assertThat(lifeOf(bystander)).as("the bystander was not started again").isEqualTo(before);
        wishes.forEach(one -> one.tidy(customer));
        return took;
    }

    private List<Wish> wishes(String wish, String subject) {
        List<Wish> wishes = new ArrayList<>();
        wishes.add(
                switch (wish) {
                    case "order" -> new Order(plan, name());
                    case "pay" -> new MoneyWishes.Pay();
                    case "refund" -> new MoneyWishes.Refund(admin, subject);
                    default -> new Act(wish, subject);
                });
        for (int more = random.nextInt(3); more > 0; more--) {
            wishes.add(new Order(plan, name()));
        }
        return wishes;
    }

    private String name() {
        return "m-" + ++orders;
    }

    /** Which process serves an instance, as its backend wrote it down. */
    private String lifeOf(String instance) {
        List<Path> all = minga.sandboxes();
        assertThat(customer.instance(instance).path("state").asText()).isEqualTo("running");
        return all.stream()
                .min((a, b) -> Long.compare(changed(a), changed(b)))
                .map(oldest -> {
                    try {
                        return oldest.getFileName()
                                + " "
                                + Files.readString(oldest.resolve("status"))
                                        .replaceAll("(?s).*?\"supervisor\":\"?(\\d+).*", "$1");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .orElseThrow();
    }

    /** Recipes are written once: the oldest is the bystander's. */
    private static long changed(Path sandbox) {
        try {
            return Files.getLastModifiedTime(sandbox.resolve("recipe")).toMillis();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    /** What somebody wants of the host while it ends. */
    interface Wish {
        /** Asks; the host may end before it answers. */
        void tryOnce(Caller customer);

        /** Asks again, with the same key; now it must be answered. */
        void again(Caller customer);

        /** Fails until it came true. */
        void fulfilled(Caller customer);

        /** Gives back what it took. */
        void tidy(Caller customer);
    }

    private static final class Order implements Wish {
        private final Map<String, Object> form;
        private final String key = UUID.randomUUID().toString();
        private final String name;
        private String instance = "";

        Order(String plan, String name) {
            this.form = Caller.orderOf(plan, name);
            this.name = name;
        }

        @Override
        public void tryOnce(Caller customer) {
            try {
                customer.post("/orders", form, key);
            } catch (Caller.NoAnswer expected) {
                assertThat(expected).isNotNull();
            }
        }

        @Override
        public void again(Caller customer) {
            instance =
                    customer.post("/orders", form, key)
                            .must(202)
                            .json()
                            .path("instance_id")
                            .asText();
        }

        @Override
        public void fulfilled(Caller customer) {
            List<JsonNode> mine =
                    customer.all("/instances").stream()
                            .filter(one -> one.path("name").asText().equals(name))
                            .toList();
            assertThat(mine)
                    .as("%s", mine)
                    .extracting(one -> one.path("id").asText() + one.path("state").asText())
                    .containsExactly(instance + "running");
            customer.visit(instance).must(200);
        }

        @Override
        public void tidy(Caller customer) {
            customer.delete("/instances/" + instance).must(202);
            customer.awaitState(instance, "terminated");
        }
    }

    private record Act(String action, String instance, String key) implements Wish {

        Act(String action, String instance) {
            this(action, instance, UUID.randomUUID().toString());
        }

        private Caller.Answer ask(Caller customer) {
            return action.equals("delete")
                    ? customer.send("DELETE", "/instances/" + instance, null, key)
                    : customer.post("/instances/" + instance + "/actions/" + action, Map.of(), key);
        }

        @Override
        public void tryOnce(Caller customer) {
            try {
                ask(customer);
            } catch (Caller.NoAnswer expected) {
                assertThat(expected).isNotNull();
            }
        }

        @Override
        public void again(Caller customer) {
            assertThat(ask(customer).status()).isIn(202, 409);
        }

        @Override
        public void fulfilled(Caller customer) {
            String wanted =
                    switch (action) {
                        case "stop" -> "stopped";
                        case "start" -> "running";
                        default -> "terminated";
                    };
            assertThat(customer.instance(instance).path("state").asText()).isEqualTo(wanted);
        }

        @Override
        public void tidy(Caller customer) {
            if (!action.equals("delete")) {
                customer.delete("/instances/" + instance).must(202);
                customer.awaitState(instance, "terminated");
            }
        }
    }

    private static void get(Future<?> one) {
        try {
            one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    String output() {
        return minga.output();
    }

    @Override
    public void close() {
        minga.close();
    }

    public static void main(String[] seeds) {
        for (String seed : seeds) {
            List<String> points = new ArrayList<>(ALL);
            Collections.shuffle(points, new Random(Long.parseLong(seed)));
            try (Crashes crashes = new Crashes(Long.parseLong(seed))) {
                for (String point : points) {
                    try {
                        System.out.printf(
                                "seed %s  %-28s well after %5d ms%n",
                                seed, point, crashes.at(point).toMillis());
                    } catch (AssertionError | RuntimeException e) {
                        System.out.println(crashes.output());
                        System.out.println("FAILED: seed " + seed + " at " + point);
                        throw e;
                    }
                }
            }
        }
        System.out.println("crashes: all well");
    }
}
