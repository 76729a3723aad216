package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every address of the UI, for people who see, hear or point differently; and nothing on any of
 * them that the content policy refuses or that another host is asked for.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessibilityIT {

    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** All of them in every look, with pictures: {@code distribution/long/accessibility.sh}. */
    private static final boolean WHOLE = Boolean.getBoolean("minga.accessibility.whole");

    /** Only what is wrong comes back: a whole report of each page takes longer than finding it. */
    private static final String VIOLATIONS =
            """
            async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ['violations'] }))
              .violations.flatMap((rule) => rule.nodes.map((node) =>
                `${rule.id}: ${rule.help} ${node.html} ${node.failureSummary}`))
            """;

    /** What is smaller than a finger and neither in a sentence nor covered by its label. */
    private static final String SMALL_TARGETS =
            """
            () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button]')]
              .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
              .filter((each) => !each.closest('.sr, .skip, .xterm') && !each.classList.contains('sr'))
              .filter((each) => !(each.matches('a') && getComputedStyle(each).display === 'inline'))
              .map((each) => [each, (each.closest('label') ?? each).getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.width < 23.9 || box.height < 23.9))
              .map(([each, box]) => `${each.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)
            """;

    private static final String OVERFLOW =
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth";

    private Chromium chromium;
    private RunningMinga minga;
    private Caller admin;
    private String instance;
    private String account;
    private String invoice;

    @BeforeAll
    void boot() {
        chromium = Chromium.open();
        minga = RunningMinga.started();
        admin = minga.setUp();
        minga.caller().signUp("customer");
        account =
                admin.all("/admin/accounts").stream()
                        .filter(each -> each.path("name").asText().equals("customer"))
                        .findFirst()
                        .orElseThrow()
                        .path("id")
                        .asText();
        String plan = admin.awaitPlan("sandbox", "s");
        instance = admin.running(plan, "quinde-1");
        invoice = admin.invoiced(plan, "quinde-2");
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

    /** How a page is looked at; the short form has each language, width and theme once. */
    private record Look(String language, int width, ColorScheme scheme) {}

    private static Stream<Look> looks() {
        if (WHOLE) {
            return Stream.of("es", "en")
                    .flatMap(language ->
                            Stream.of(360, 1280)
                                    .flatMap(width ->
                                            Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                                                    .map(scheme ->
                                                            new Look(language, width, scheme))));
        }
        return Stream.of(
                new Look("es", 360, ColorScheme.LIGHT), new Look("en", 1280, ColorScheme.DARK));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void everyPageCanBeUsedByEverybodyAndKeepsTheContentPolicy(Look look) {
        List<String> barriers = new ArrayList<>();
        try (Visitor guest = visitor(look);
                Visitor operator = visitor(look).as(admin)) {
            for (Places.Place place : Places.all(instance, account, invoice)) {
                Visitor visitor = place.shell().equals("public") ? guest : operator;
                visitor.visit(place.path());
                String seen =
                        place.name()
                                + "-"
                                + look.language()
                                + "-"
                                + look.width()
                                + "-"
                                + look.scheme();
                if (WHOLE) {
                    visitor.picture(seen.toLowerCase(Locale.ROOT));
                }
                barriers.addAll(barriers(visitor.page(), seen));
            }
            assertThat(guest.complaints()).isEmpty();
            assertThat(operator.complaints()).isEmpty();
        }
        assertThat(barriers).isEmpty();
    }

    private Visitor visitor(Look look) {
        return Visitor.of(chromium, minga, look.language(), look.width(), look.scheme());
    }

    @Test
    void aBarrierIsFound() {
        try (Visitor visitor = Visitor.of(chromium, minga, "en").visit("/login")) {
            assertThat(barriers(visitor.page(), "login")).isEmpty();
            visitor.page()
                    .evaluate(
                            """
                            () => {
                              document.querySelector('form label').remove();
                              const button = document.createElement('button');
                              button.style.cssText = 'padding:0;width:10px;height:10px;color:#eee;background:#fff';
                              document.querySelector('main').append(button);
                            }
                            """);
            assertThat(barriers(visitor.page(), "login"))
                    .anyMatch(each -> each.contains("button-name"))
                    .anyMatch(each -> each.contains("label"))
                    .anyMatch(each -> each.contains("small target"));
        }
    }

    /** What keeps people out of a page, each with where it was seen. */
    static List<String> barriers(Page page, String look) {
        List<String> found = new ArrayList<>();
        page.evaluate(AxeBuilder.getAxeScript());
        for (Object violation : (List<?>) page.evaluate(VIOLATIONS, RULES)) {
            found.add(look + ": " + violation);
        }
        for (Object small : (List<?>) page.evaluate(SMALL_TARGETS)) {
            found.add(look + ": small target " + small);
        }
        int overflow = ((Number) page.evaluate(OVERFLOW)).intValue();
        if (overflow > 0) {
            found.add(look + ": " + overflow + " px wider than the screen");
        }
        return found;
    }
}
