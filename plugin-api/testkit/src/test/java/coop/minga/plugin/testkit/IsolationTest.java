package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;

/** The loader on jars built from source: what a plugin sees, and what its code may do. */
final class IsolationTest {

    @TempDir Path folder;

    private LoadedPlugin load(SourceJar jar) {
        PluginCache cache = new PluginCache(folder.resolve("cache"), ArchiveLimits.standard());
        return LoadedPlugin.load(
                cache.admit(jar.write(folder.resolve("sample.jar")), hash -> {}),
                getClass().getClassLoader());
    }

    private void refuses(SourceJar jar, Code code, String words) {
        assertThatThrownBy(() -> load(jar))
                .isInstanceOfSatisfying(
                        PluginRejected.class,
                        e -> {
                            assertThat(e.reason().in("en")).contains(words);
                            assertThat(e.code()).isEqualTo(code);
                        });
    }

    private static SourceJar withStart(String body) {
        return SourceJar.offering("starts")
                .manifest("Plugin-Class", "sample.Start")
                .source(
                        "sample.Start",
                        "package sample; public class Start extends org.pf4j.Plugin {"
                                + " @Override public void start() { "
                                + body
                                + " } }");
    }

    @Test
    void nestedLibraryIsSeenAndHostClassesAreNot() {
        SourceJar library =
                SourceJar.library()
                        .source(
                                "lib.Words",
                                "package lib; public class Words {"
                                        + " public static String word() { return \"nested\"; } }");
        String check =
                """
                static {
                    try {
                        Object word = Class.forName("lib.Words").getMethod("word").invoke(null);
                        if (!word.equals("nested")) throw new IllegalStateException("lib");
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                    for (String hidden : new String[] {
                            "coop.minga.plugin.loader.LoadedPlugin",
                            "coop.minga.plugin.testkit.SourceJar",
                            "org.junit.jupiter.api.Test"}) {
                        try {
                            Class.forName(hidden);
                            throw new IllegalStateException(hidden + " is visible");
                        } catch (ClassNotFoundException expected) { }
                    }
                }
                """;
        try (LoadedPlugin plugin =
                load(
                        SourceJar.plugin("isolated")
                                .library("words-1.jar", library)
                                .extension(
                                        "sample.Offering",
                                        SourceJar.offeringSource("Offering", "x1", check)))) {
            assertThat(plugin.contributions()).hasSize(1);
            assertThat(plugin.classLoader().getParent())
                    .isEqualTo(ClassLoader.getPlatformClassLoader());
            assertThat(plugin.classLoader().isRegisteredAsParallelCapable()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.exit(7);",
                "Runtime.getRuntime().exit(7);",
                "Runtime.getRuntime().halt(7);",
                "java.util.function.IntConsumer f = System::exit; f.accept(7);",
                "java.util.function.IntConsumer f = Runtime.getRuntime()::halt; f.accept(7);",
                "String s = wrapper == null ? \"a\" : \"b\"; for (int i = 0; i < 3; i++)"
                        + " { if (i == 2 && s != null) { System.exit(i); } }",
            })
    void exitThrowsInsteadOfEndingTheHost(String body) {
        try (LoadedPlugin plugin = load(withStart(body))) {
            assertThatThrownBy(plugin::start)
                    .isInstanceOf(PluginRejected.class)
                    .hasMessageContaining("must not end the host's process");
        }
    }

    @Test
    void exitInAnInterfaceThrowsToo() {
        SourceJar jar =
                withStart("sample.Quits.quit();")
                        .source(
                                "sample.Quits",
                                "package sample; public interface Quits {"
                                        + " static void quit() { Runnable r = () ->"
                                        + " System.exit(3); r.run(); } }");
        try (LoadedPlugin plugin = load(jar)) {
            assertThatThrownBy(plugin::start).hasMessageContaining("must not end the host");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new IllegalStateException(\"because\");",
                "throw new LinkageError(\"because\");",
                "throw new StackOverflowError(\"because\");",
                "throw new OutOfMemoryError(\"because\");",
                "sneaky(new java.io.IOException(\"because\")); } static <T extends Throwable> void"
                        + " sneaky(Throwable t) throws T { throw (T) t;",
            })
    void whateverStartThrowsIsTheReason(String body) {
        try (LoadedPlugin plugin = load(withStart(body))) {
            assertThatThrownBy(plugin::start)
                    .isInstanceOfSatisfying(
                            PluginRejected.class,
                            e -> assertThat(e.code()).isEqualTo(Code.CODE_FAILED))
                    .hasMessageContaining("because");
        }
    }

    @Test
    void causeOfAFailedConstructorIsKept() {
        SourceJar jar =
                SourceJar.offering("ctor")
                        .manifest("Plugin-Class", "sample.Start")
                        .source(
                                "sample.Start",
                                "package sample; public class Start extends org.pf4j.Plugin {"
                                        + " public Start() { throw new Error(\"no licence\"); } }");
        try (LoadedPlugin plugin = load(jar)) {
            assertThatThrownBy(plugin::start).hasMessageContaining("no licence");
        }
        refuses(
                SourceJar.plugin("ext")
                        .extension(
                                "sample.Offering",
                                SourceJar.offeringSource(
                                        "Offering",
                                        "x1",
                                        "public Offering() { throw new Error(\"no key\"); }")),
                Code.BAD_EXTENSION,
                "no key");
    }

    @Test
    void missingPluginClassIsNamed() {
        try (LoadedPlugin plugin =
                load(SourceJar.offering("gone").manifest("Plugin-Class", "sample.Nowhere"))) {
            assertThatThrownBy(plugin::start).hasMessageContaining("sample.Nowhere");
        }
    }

    @Test
    void failingStopIsTold() {
        SourceJar jar =
                SourceJar.offering("stops")
                        .manifest("Plugin-Class", "sample.Start")
                        .source(
                                "sample.Start",
                                "package sample; public class Start extends org.pf4j.Plugin {"
                                        + " @Override public void stop() {"
                                        + " throw new IllegalStateException(\"stuck\"); } }");
        try (LoadedPlugin plugin = load(jar)) {
            plugin.start();
            assertThatThrownBy(plugin::stop).hasMessageContaining("stuck");
        }
    }

    @Test
    void wrongApiVersionIsRefused() {
        refuses(
                SourceJar.offering("future").manifest("Plugin-Requires", ">=99.0.0 & <100.0.0"),
                Code.WRONG_VERSION,
                "this host has 0.1.0: upgrade Minga");
    }

    @Test
    void badExtensionsAreRefusedWithTheReason() {
        refuses(SourceJar.plugin("none"), Code.BAD_EXTENSION, "-proc:full");
        refuses(SourceJar.plugin("lost").listed("sample.Lost"), Code.BAD_EXTENSION, "sample.Lost");
        refuses(
                SourceJar.plugin("plain")
                        .extension("sample.Plain", "package sample; public class Plain {}"),
                Code.BAD_EXTENSION,
                "no ProviderFactory");
        refuses(
                SourceJar.offering("kind").manifest("Minga-Kinds", "compute"),
                Code.BAD_EXTENSION,
                "does not list 'offering'");
        refuses(
                SourceJar.plugin("twice")
                        .extension("sample.A", SourceJar.offeringSource("A", "same", ""))
                        .extension("sample.B", SourceJar.offeringSource("B", "same", "")),
                Code.BAD_EXTENSION,
                "has the id 'same' too");
    }

    @Test
    void classFileOfALaterJavaIsRefused() {
        byte[] future = SourceJar.offering("late").classes().get("sample/Offering.class").clone();
        future[7] = 99;
        refuses(
                SourceJar.plugin("late")
                        .listed("sample.Offering")
                        .entry("sample/Offering.class", future),
                Code.BAD_EXTENSION,
                "UnsupportedClassVersionError");
    }

    @Test
    void garbageInAClassFileIsRefused() {
        byte[] broken = SourceJar.offering("bad").classes().get("sample/Offering.class").clone();
        for (int i = 10; i < broken.length; i += 7) {
            broken[i] ^= 0x55;
        }
        refuses(
                SourceJar.plugin("bad")
                        .listed("sample.Offering")
                        .entry("sample/Offering.class", broken),
                Code.BAD_EXTENSION,
                "sample.Offering");
    }

    @Test
    void loadingAndClosingFiftyTimesLeavesNothing() throws Exception {
        SourceJar jar = withStart("").library("words.jar", SourceJar.library());
        for (int i = 0; i < 50; i++) {
            LoadedPlugin.Trace trace = once(jar);
            if (i % 10 == 9) {
                assertThat(trace.collected(Duration.ofSeconds(10))).isTrue();
            }
        }
    }

    private LoadedPlugin.Trace once(SourceJar jar) {
        LoadedPlugin plugin = load(jar);
        plugin.start();
        plugin.stop();
        plugin.close();
        assertThatCode(plugin::close).doesNotThrowAnyException();
        return plugin.trace();
    }
}
