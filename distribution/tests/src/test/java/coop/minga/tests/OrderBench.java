package coop.minga.tests;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * How long an order takes on the unpacked tree, beside a bare commit of the same run: {@code
 * distribution/bench/orders.sh}. Prints; judges nothing.
 */
final class OrderBench {

    private static final int WARM_UP = 600;
    private static final int ORDERS = 60;

    private OrderBench() {}

    public static void main(String[] arguments) throws IOException, SQLException {
        try (RunningMinga minga =
                RunningMinga.prepared()
                        .configure(
                                "minga.yaml",
                                "http:\n  rate_factor: 0\naccounts:\n  welcome_grant: 100000\n")) {
            minga.start();
            Caller customer = minga.caller();
            minga.setUp();
            customer.signUp("rosa");

            String plan = customer.plan("sandbox", "s");
            Sample[] samples = new Sample[ORDERS];
            try (HeardStates states = customer.listen()) {
                for (int n = 1; n <= WARM_UP; n++) {
                    order(customer, states, plan, "warm-" + n);
                }
                for (int n = 0; n < ORDERS; n++) {
                    samples[n] = order(customer, states, plan, "m-" + n);
                }
            }
            long[] commits = commits(minga);
            print("bare commit", commits);
            print("POST /orders answered", of(samples, Sample::accepted));
            print("POST /orders -> running", of(samples, Sample::running));
            print("platform's own share", of(samples, Sample::own));
            print("running -> page of the endpoint", of(samples, Sample::page));
            System.out.printf(
                    Locale.ROOT,
                    "own share / bare commit  %6.1f%n",
                    (double) median(of(samples, Sample::own)) / median(commits));
        }
    }

    /**
     * One order, nanoseconds.
     *
     * @param accepted until the order was answered
     * @param running until the customer heard that the machine runs
     * @param own of that, all but the time between the backend's being asked and its machine's
     *     being seen to run
     * @param page how long the endpoint's page took then
     */
    private record Sample(long accepted, long running, long own, long page) {}

    private static Sample order(Caller customer, HeardStates states, String plan, String name) {
        long begun = System.nanoTime();
        JsonNode order = customer.post("/orders", Caller.orderOf(plan, name)).must(202).json();
        long accepted = System.nanoTime();
        String instance = order.path("instance_id").asText();
        long running = states.await(instance, "running");
        long visited = System.nanoTime();
        customer.visit(instance).must(200);
        long page = System.nanoTime();
        Instant asked = Instant.EPOCH;
        Instant seen = Instant.EPOCH;
        for (JsonNode step :
                customer.get("/orders/" + order.path("id").asText())
                        .must(200)
                        .json()
                        .path("steps")) {
            if (step.path("name").asText().equals("create")) {
                asked = Instant.parse(step.path("started_at").asText());
            } else if (step.path("name").asText().equals("start")) {
                seen = Instant.parse(step.path("ended_at").asText());
            }
        }
        customer.delete("/instances/" + instance).must(202);
        customer.awaitState(instance, "terminated");
        return new Sample(
                accepted - begun,
                running - begun,
                running - begun - Duration.between(asked, seen).toNanos(),
                page - visited);
    }

    private static long[] commits(RunningMinga minga) throws IOException, SQLException {
        long[] nanos = new long[ORDERS];
        try (Connection connection = Books.connect(minga);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bench_commits (n int)");
            for (int n = -WARM_UP; n < ORDERS; n++) {
                long begun = System.nanoTime();
                statement.executeUpdate("INSERT INTO bench_commits VALUES (1)");
                nanos[Math.max(n, 0)] = System.nanoTime() - begun;
            }
            statement.execute("DROP TABLE bench_commits");
        }
        return nanos;
    }

    private static long[] of(Sample[] samples, ToLongFunction<Sample> field) {
        return Arrays.stream(samples).mapToLong(field).toArray();
    }

    private static long median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(String what, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%-32s p50 %8.2f ms   p90 %8.2f ms   max %8.2f ms   (%d)%n",
                what,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 9 / 10] / 1e6,
                sorted[sorted.length - 1] / 1e6,
                sorted.length);
    }
}
