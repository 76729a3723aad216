package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.plugins.FlightRecorder.Flight;
import coop.minga.platform.plugins.FlightRecorder.Phase;
import coop.minga.platform.plugins.FlightRecorder.Version;
import coop.minga.plugin.testkit.MovableClock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/** Hosts that die, and what the next one knows. */
@SuppressWarnings("NullAway.Init")
final class SafeModeTest {

    private static final Version BAD = new Version("bad", "a".repeat(64));
    private static final Version GOOD = new Version("good", "b".repeat(64));

    @TempDir Path folder;
    private final MovableClock clock = MovableClock.at("2026-11-20T12:00:00Z");

    /** Starts like a host does. */
    private SafeMode boot(FlightRecorder recorder) {
        return SafeMode.open(folder, recorder.crash(), clock);
    }

    private FlightRecorder recorder() {
        return FlightRecorder.open(folder.resolve("flights"));
    }

    private void dieStarting(Version... versions) {
        FlightRecorder recorder = recorder();
        boot(recorder);
        for (Version version : versions) {
            recorder.flight(version).enter(Phase.START);
        }
    }

    @Test
    void hostThatEndedWellNamesNobody() {
        try (FlightRecorder recorder = recorder()) {
            recorder.flight(BAD).enter(Phase.CALL);
        }
        assertThat(recorder().crash()).isEmpty();
    }

    @Test
    void whatRanWhenTheHostDiedIsNamed() {
        FlightRecorder recorder = recorder();
        Flight good = recorder.flight(GOOD);
        good.enter(Phase.CALL);
        good.enter(Phase.CALL);
        good.leave(Phase.CALL);
        good.leave(Phase.CALL);
        recorder.flight(BAD).enter(Phase.CALL);
        FlightRecorder next = recorder();
        assertThat(next.crash().orElseThrow().calling()).containsExactly(BAD);
        assertThat(next.crash().orElseThrow().starting()).isEmpty();
        SafeMode safeMode = boot(next);
        assertThat(safeMode.suspected(BAD)).isPresent();
        assertThat(safeMode.suspected(GOOD)).isEmpty();
        assertThat(safeMode.heldBack(BAD)).isEmpty();
        assertThat(safeMode.note()).isEmpty();
    }

    @Test
    void thirdDeathInARowHoldsTheSuspectBackUntilItIsReleased() {
        dieStarting(BAD, GOOD);
        dieStarting(BAD);
        dieStarting(BAD);
        SafeMode safeMode = boot(recorder());
        assertThat(safeMode.heldBack(BAD)).isPresent();
        assertThat(safeMode.heldBack(GOOD)).isEmpty();
        assertThat(safeMode.heldBack(new Version("bad", "c".repeat(64)))).isEmpty();
        assertThat(safeMode.note().orElseThrow()).contains("safe mode", "bad");

        clock.move(Duration.ofDays(1));
        FlightRecorder later = recorder();
        safeMode = boot(later);
        assertThat(safeMode.heldBack(BAD)).isPresent();
        safeMode.release("bad");
        assertThat(safeMode.heldBack(BAD)).isEmpty();
        later.close();
        assertThat(boot(recorder()).heldBack(BAD)).isEmpty();
    }

    @Test
    void deathsFarApartHoldNobodyBack() {
        for (int i = 0; i < 5; i++) {
            dieStarting(BAD);
            clock.move(Duration.ofMinutes(6));
        }
        assertThat(boot(recorder()).heldBack(BAD)).isEmpty();
    }

    @Test
    void deathsWithDifferentSuspectsHoldNobodyBack() {
        dieStarting(BAD);
        dieStarting(GOOD);
        dieStarting(BAD);
        SafeMode safeMode = boot(recorder());
        assertThat(safeMode.heldBack(BAD)).isEmpty();
        assertThat(safeMode.heldBack(GOOD)).isEmpty();
    }
}
