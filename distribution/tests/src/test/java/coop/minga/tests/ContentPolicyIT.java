package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What pages fetch, how much of it, and what the content policy says to what is planted. That no
 * page breaks it is seen in {@link AccessibilityIT}, which visits all of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContentPolicyIT {

    private static final long KIB = 1024;

    /** What an injection would try: a handler as an attribute, and markup. */
    private static final String PLANT =
            """
            () => [
              () => document.createElement('img').setAttribute('onerror', 'window.planted = true'),
              () => (document.body.innerHTML += '<img src="data:,x" onerror="window.planted = true">'),
            ].map((attempt) => {
              try { attempt(); return 'done'; } catch { return 'refused'; }
            }).join(', ')
            """;

    private Chromium chromium;
    private RunningMinga minga;
    private Caller admin;
    private String instance;

    @BeforeAll
    void boot() {
        chromium = Chromium.open();
        minga = RunningMinga.started();
        admin = minga.setUp();
        instance = admin.running(admin.awaitPlan("sandbox", "s"), "quinde-1");
    }

    @AfterAll
    void stop() {
        if (minga != null) {
            minga.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void aScriptThatSomebodyPlantsDoesNotRun() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").visit("/")) {
            assertThat(visitor.page().evaluate(PLANT)).isEqualTo("refused, refused");
            assertThat(visitor.page().evaluate("() => window.planted === true")).isEqualTo(false);
        }
    }

    @ParameterizedTest
    @CsvSource({"/, 110", "/catalog, 110", "/login, 110", "/signup, 110"})
    void aFirstVisitIsLight(String path, long kib) {
        try (Visitor visitor =
                Visitor.of(chromium, minga, "es", 360, ColorScheme.LIGHT).visit(path)) {
            assertThat(visitor.transferred()).as(path).isBetween(10 * KIB, kib * KIB);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/home",
        "/deploy",
        "/instances",
        "/wallet",
        "/account",
        "/admin",
        "/admin/plugins"
    })
    void aFirstVisitToTheConsoleIsLight(String path) {
        try (Visitor visitor =
                Visitor.of(chromium, minga, "es", 360, ColorScheme.LIGHT).as(admin).visit(path)) {
            assertThat(visitor.transferred()).as(path).isBetween(10 * KIB, 150 * KIB);
        }
    }

    @Test
    void theTerminalIsFetchedWhenItIsWanted() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").as(admin)) {
            visitor.visit("/instances/" + instance);
            assertThat(visitor.transferred()).isBetween(10 * KIB, 150 * KIB);
            visitor.page().locator("nav.tabs").getByText(visitor.say("tab.console")).click();
            visitor.page().getByText(visitor.say("console.open")).waitFor();
            assertThat(visitor.settled().transferred()).isBetween(10 * KIB, 100 * KIB);
        }
    }
}
