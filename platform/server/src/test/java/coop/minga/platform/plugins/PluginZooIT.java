package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A directory of plugins that are wrong in every way we know of, beside good ones. */
final class PluginZooIT {

    private static final String SLEEP =
            "while (true) { try { Thread.sleep(100_000); } catch (InterruptedException e) { } }";

    @TempDir Path folder;

    /** Files by name; the value is the code of the reason wanted, empty for good ones. */
    private Map<String, String> fill(PluginYard yard) {
        Map<String, String> wanted = new LinkedHashMap<>();
        byte[] good = SourceJar.offering("aa-good").bytes();
        yard.drop("aa-good.jar", good);
        wanted.put("aa-good.jar", "");
        yard.drop("zz-good.jar", SourceJar.offering("zz-good"));
        wanted.put("zz-good.jar", "");

        byte[] noise = new byte[30_000];
        new Random(1).nextBytes(noise);
        byte[] flipped = SourceJar.offering("flipped").entry("noise", noise).bytes();
        flipped[flipped.length / 2] ^= 4;
        put(yard, wanted, "flipped.jar", flipped, "damaged");
        put(yard, wanted, "truncated.jar", Arrays.copyOf(good, good.length / 2), "not-a-jar");
        put(yard, wanted, "empty.jar", new byte[0], "not-a-jar");
        put(yard, wanted, "text.jar", "just words".getBytes(StandardCharsets.UTF_8), "not-a-jar");
        put(yard, wanted, "no-manifest.jar", offering("x").withoutManifest(), "bad-manifest");
        put(yard, wanted, "no-id.jar", offering("x").manifest("Plugin-Id", null), "bad-manifest");
        put(
                yard,
                wanted,
                "bad-version.jar",
                offering("bad-version").manifest("Plugin-Version", "not a version"),
                "bad-manifest");
        put(
                yard,
                wanted,
                "no-class.jar",
                offering("no-class").manifest("Plugin-Class", "sample.Nowhere"),
                "code-failed");
        byte[] future = offering("too-new").classes().get("sample/Offering.class").clone();
        future[7] = 99;
        put(
                yard,
                wanted,
                "too-new.jar",
                SourceJar.plugin("too-new")
                        .listed("sample.Offering")
                        .entry("sample/Offering.class", future),
                "bad-extension");
        put(
                yard,
                wanted,
                "constructor.jar",
                SourceJar.plugin("constructor")
                        .extension(
                                "sample.Offering",
                                SourceJar.offeringSource(
                                        "Offering",
                                        "constructor",
                                        "public Offering() { throw new Error(\"no\"); }")),
                "bad-extension");
        put(yard, wanted, "no-index.jar", SourceJar.plugin("no-index"), "bad-extension");
        put(
                yard,
                wanted,
                "start-throws.jar",
                PluginYard.acting("start-throws", "throw new IllegalStateException();", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "start-links.jar",
                PluginYard.acting("start-links", "throw new NoClassDefFoundError(\"x\");", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "start-overflows.jar",
                PluginYard.acting("start-overflows", "start();", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "start-memory.jar",
                PluginYard.acting("start-memory", "throw new OutOfMemoryError(\"x\");", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "start-hangs.jar",
                PluginYard.acting("start-hangs", SLEEP, ""),
                "timed-out");
        put(
                yard,
                wanted,
                "start-exits.jar",
                PluginYard.acting("start-exits", "System.exit(7);", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "start-halts.jar",
                PluginYard.acting("start-halts", "Runtime.getRuntime().halt(7);", ""),
                "code-failed");
        put(
                yard,
                wanted,
                "needs-missing.jar",
                offering("needs-missing").manifest("Plugin-Dependencies", "not-there"),
                "dependency");
        put(
                yard,
                wanted,
                "needs-newer.jar",
                offering("needs-newer").manifest("Plugin-Dependencies", "aa-good@>=2 & <3"),
                "dependency");
        put(
                yard,
                wanted,
                "cycle-a.jar",
                offering("cycle-a").manifest("Plugin-Dependencies", "cycle-b"),
                "dependency");
        put(
                yard,
                wanted,
                "cycle-b.jar",
                offering("cycle-b").manifest("Plugin-Dependencies", "cycle-a"),
                "dependency");
        put(
                yard,
                wanted,
                "needs-failed.jar",
                offering("needs-failed").manifest("Plugin-Dependencies", "start-throws"),
                "dependency");
        put(
                yard,
                wanted,
                "future-api.jar",
                offering("future-api").manifest("Plugin-Requires", ">=99.0.0 & <100.0.0"),
                "wrong-api-version");
        put(
                yard,
                wanted,
                "older.jar",
                offering("zz-good").manifest("Plugin-Version", "0.9.0"),
                "duplicate");
        put(
                yard,
                wanted,
                "bundles.jar",
                offering("bundles").entry("coop/minga/plugin/api/Kind.class", new byte[10]),
                "bundled-host-classes");
        put(
                yard,
                wanted,
                "bomb.jar",
                offering("bomb").entry("zeros", new byte[30 << 20]),
                "too-large");
        put(
                yard,
                wanted,
                "escapes.jar",
                offering("escapes").entry("../evil", new byte[1]),
                "bad-entry");
        return wanted;
    }

    private static SourceJar offering(String id) {
        return SourceJar.offering(id);
    }

    private static void put(
            PluginYard yard, Map<String, String> wanted, String name, SourceJar jar, String code) {
        put(yard, wanted, name, jar.bytes(), code);
    }

    private static void put(
            PluginYard yard, Map<String, String> wanted, String name, byte[] jar, String code) {
        yard.drop(name, jar);
        wanted.put(name, code);
    }

    @Test
    void goodPluginsRunBesideEveryBadOneWhichSaysWhy() {
        try (PluginYard yard = new PluginYard(folder)) {
            Map<String, String> wanted = fill(yard);
            assertThat(wanted).hasSizeGreaterThan(26);
            try (PluginService service = yard.service()) {
                assertTimeoutPreemptively(Duration.ofSeconds(30), service::start);
                Map<String, PluginView> seen = new LinkedHashMap<>();
                service.list().forEach(view -> seen.put(view.file(), view));
                assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(wanted.keySet());
                wanted.forEach((file, code) -> check(seen.get(file), code));
            }
        }
    }

    private static void check(@org.jspecify.annotations.Nullable PluginView view, String code) {
        assertThat(view).isNotNull();
        if (code.isEmpty()) {
            assertThat(view.state())
                    .as("%s: %s", view.file(), view.reason())
                    .isEqualTo(PluginState.STARTED);
            return;
        }
        assertThat(view.state()).as(view.file()).isEqualTo(PluginState.FAILED);
        Reason reason = view.reason();
        assertThat(reason).as(view.file()).isNotNull();
        assertThat(reason.code()).as("%s: %s", view.file(), reason.text()).isEqualTo(code);
        assertThat(reason.text().byLanguage()).as(view.file()).containsKeys("en", "es");
    }

    @Test
    void pluginsThatDoNotStopDelayNobody() {
        try (PluginYard yard = new PluginYard(folder)) {
            for (int i = 0; i < 8; i++) {
                yard.drop("hangs-" + i + ".jar", PluginYard.acting("hangs-" + i, "", SLEEP));
            }
            yard.drop(
                    "throws.jar",
                    PluginYard.acting("throws", "", "throw new IllegalStateException(\"no\");"));
            yard.drop("good.jar", SourceJar.offering("good"));
            PluginService service = yard.service();
            service.start();
            assertThat(service.list()).allMatch(view -> view.state() == PluginState.STARTED);
            assertTimeoutPreemptively(Duration.ofSeconds(10), service::close);
        }
    }
}
