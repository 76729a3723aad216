package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Plugins come and go while the host runs. */
class DropInIT {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Path HELLO = Path.of(System.getProperty("minga.hello", ""));

    private static RunningMinga minga;
    private static Caller admin;
    private static Caller customer;

    @BeforeAll
    static void start() throws IOException {
        minga = RunningMinga.prepared().withOwnPlugins();
        for (Map.Entry<String, byte[]> bad : badJars().entrySet()) {
            Files.write(minga.plugins().resolve(bad.getKey()), bad.getValue());
        }
        System.out.println("boot beside bad jars: " + minga.start().toMillis() + " ms");
        admin = minga.setUp();
        customer = minga.caller().signUp("rosa");
    }

    @AfterAll
    static void stop() {
        minga.close();
    }

    private static String planOfHello() {
        for (JsonNode product : customer.get("/products").must(200).json().path("items")) {
            if (product.path("slug").asText().equals("hello")) {
                for (JsonNode plan : product.path("plans")) {
                    if (plan.path("available").asBoolean()) {
                        return plan.path("id").asText();
                    }
                }
            }
        }
        return "";
    }

    private static JsonNode plugin(String file) {
        for (JsonNode item : admin.get("/admin/plugins").must(200).json().path("items")) {
            if (item.path("file").asText().equals(file)) {
                return item;
            }
        }
        return MissingNode.getInstance();
    }

    @Test
    void aJarDroppedIntoARunningHostIsSoldServedAndDrained() throws IOException {
        assertThat(planOfHello()).isEmpty();
        Path jar = minga.plugins().resolve("offering-hello.jar");
        RunningMinga.place(HELLO, jar);
        Duration took = Await.until(BOUND, "hello can be ordered", () -> !planOfHello().isEmpty());
        System.out.println("orderable " + took.toMillis() + " ms after the jar was dropped in");

        String instance = customer.running(planOfHello(), "greeting");
        Caller.Answer page = customer.visit(instance).must(200);
        assertThat(page.text()).contains("<title>greeting</title>");

        Files.delete(jar);
        took = Await.until(BOUND, "hello is off the shelf", () -> planOfHello().isEmpty());
        System.out.println("drained " + took.toMillis() + " ms after the jar was deleted");
        // What was sold goes on.
        customer.visit(instance).must(200);
        customer.delete("/instances/" + instance).must(202);
        customer.awaitState(instance, "terminated");

        RunningMinga.place(HELLO, jar);
        Await.until(BOUND, "hello is back", () -> !planOfHello().isEmpty());
        Files.delete(jar);
        Await.until(BOUND, "hello is gone again", () -> planOfHello().isEmpty());
    }

    @Test
    void twentyFourBadJarsAreListedWithReasonsAndTheGoodOnesServe() throws IOException {
        Map<String, byte[]> bad = badJars();
        assertThat(bad).hasSize(24);
        for (String file : bad.keySet()) {
            JsonNode listed = plugin(file);
            assertThat(listed.path("state").asText())
                    .as("%s: %s", file, listed)
                    .isNotEqualTo("started");
            assertThat(listed.path("reason").toString())
                    .as("%s: %s", file, listed)
                    .hasSizeGreaterThan(10);
        }
        String instance = customer.running(customer.plan("sandbox", "s"), "beside");
        customer.visit(instance).must(200);
        customer.delete("/instances/" + instance).must(202);
    }

    // ---- jars that are wrong in ways that need no compiler; the server's own tests have the rest

    private static Map<String, byte[]> badJars() throws IOException {
        byte[] good = Files.readAllBytes(HELLO);
        Map<String, byte[]> bad = new LinkedHashMap<>();
        bad.put("empty.jar", new byte[0]);
        bad.put("text.jar", "just words".getBytes(StandardCharsets.UTF_8));
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        bad.put("noise.jar", noise);
        for (int percent : new int[] {5, 20, 50, 80, 99}) {
            bad.put("cut-" + percent + ".jar", Arrays.copyOf(good, good.length * percent / 100));
        }
        byte[] head = good.clone();
        Arrays.fill(head, 0, 64, (byte) 0);
        bad.put("no-head.jar", head);
        bad.put("no-manifest.jar", Jars.changed(good, null, Map.of()));
        for (String header :
                new String[] {
                    "Plugin-Id",
                    "Plugin-Version",
                    "Plugin-Requires",
                    "Plugin-Provider",
                    "Plugin-License",
                    "Minga-Kinds"
                }) {
            bad.put(
                    "without-" + header.toLowerCase(Locale.ROOT) + ".jar",
                    Jars.with(good, header, null));
        }
        bad.put("id-with-slash.jar", Jars.with(good, "Plugin-Id", "../evil"));
        bad.put("odd-version.jar", Jars.with(good, "Plugin-Version", "one"));
        bad.put("too-new.jar", Jars.with(good, "Plugin-Requires", ">=9.0.0"));
        bad.put("unknown-header.jar", Jars.with(good, "Minga-Surprise", "yes"));
        bad.put("unknown-kind.jar", Jars.with(good, "Minga-Kinds", "teleport"));
        bad.put("no-class.jar", Jars.with(good, "Plugin-Class", "sample.Nowhere"));
        bad.put(
                "no-index.jar",
                Jars.changed(
                        good,
                        Jars.manifest(good, "Plugin-Id", "no-index"),
                        Map.of("META-INF/extensions.idx", new byte[0])));
        bad.put(
                "brings-the-api.jar",
                Jars.changed(
                        good,
                        Jars.manifest(good, "Plugin-Id", "brings-the-api"),
                        Map.of("coop/minga/plugin/api/Text.class", new byte[] {1, 2, 3})));
        return bad;
    }
}
