package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A plugin whose calls do what they should not, beside one that works. */
@SuppressWarnings("NullAway.Init")
final class MisbehavingCallsIT {

    /** What the wild offering does when it is asked; every loop ends with the test. */
    private static final String DOES = "minga.test.wild";

    private static final String PROBE =
            """
            return new OfferingBlueprint() {
                public ProbeResult probe(Call call) {
                    String does = System.getProperty("minga.test.wild", "");
                    switch (does) {
                        case "exits" -> System.exit(5);
                        case "halts" -> Runtime.getRuntime().halt(5);
                        case "asserts" -> throw new AssertionError("no");
                        case "links" -> throw new NoSuchMethodError("no");
                        case "recurses" -> { return probe(call); }
                        default -> { }
                    }
                    while (System.getProperty("minga.test.wild", "").equals("spins")) {
                        Thread.onSpinWait();
                    }
                    while (System.getProperty("minga.test.wild", "").equals("hangs")) {
                        try { Thread.sleep(50); } catch (InterruptedException e) { }
                    }
                    return ProbeResult.of(List.of(
                            ProbeResult.Check.passed(Text.of("Answer"), "tame")));
                }
            """;

    @TempDir Path folder;
    private ProviderYard house;

    @BeforeEach
    void open() throws Exception {
        house = new ProviderYard(folder);
        house.yard()
                .drop(
                        "wild.jar",
                        SourceJar.plugin("wild")
                                .extension(
                                        "sample.Offering",
                                        SourceJar.offeringSource("Offering", "wild", "")
                                                .replace(
                                                        "return new OfferingBlueprint() {",
                                                        PROBE)));
        house.yard().drop("good.jar", SourceJar.offering("good"));
        house.start();
    }

    @AfterEach
    void close() {
        System.clearProperty(DOES);
        house.close();
    }

    private Outcome<String> askWild() {
        return house.offering("wild")
                .orElseThrow()
                .call(
                        Ask.reading("ask").within(Duration.ofMillis(200)),
                        (each, call) -> each.probe(call).checks().getFirst().detail().in("en"));
    }

    private void requireGoodAnswers() {
        Outcome<Integer> answer =
                house.offering("good")
                        .orElseThrow()
                        .call(
                                Ask.reading("look"),
                                (OfferingBlueprint good, coop.minga.plugin.api.Call call) ->
                                        good.parameters().fields().size());
        assertThat(answer.answer()).as("%s", answer).contains(0);
    }

    @Test
    void everyOneThatThrowsOrExitsIsAFailedCallAndNoMore() {
        Map<String, String> wanted =
                Map.of(
                        "exits", "must not end the host",
                        "halts", "must not end the host",
                        "asserts", "AssertionError",
                        "links", "NoSuchMethodError");
        wanted.forEach((does, said) -> {
            System.setProperty(DOES, does);
            assertThat(askWild().problem()).as(does).contains("INTERNAL", said);
            requireGoodAnswers();
        });
        System.setProperty(DOES, "recurses");
        assertThat(askWild().answer()).isEmpty();
        requireGoodAnswers();
    }

    @Test
    void callsThatHangOrSpinUseUpTheirOwnPlacesOnly() throws Exception {
        for (String does : List.of("hangs", "spins")) {
            System.setProperty(DOES, does);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                callers.add(
                        Thread.ofVirtual().start(() -> assertThat(askWild().answer()).isEmpty()));
            }
            for (Thread caller : callers) {
                assertThat(caller.join(Duration.ofSeconds(30))).isTrue();
            }
            requireGoodAnswers();
            System.clearProperty(DOES);
            Eventually.until(
                    "it answers again after it " + does,
                    Duration.ofSeconds(60),
                    () -> house.offering("wild").isPresent() && askWild().answer().isPresent());
        }
    }
}
