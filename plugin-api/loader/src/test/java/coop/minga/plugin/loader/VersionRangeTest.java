package coop.minga.plugin.loader;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

final class VersionRangeTest {

    @ParameterizedTest
    @CsvSource({
        ">=0.1.0 & <1.0.0, 0.1.0, true",
        ">=0.1.0 & <1.0.0, 0.0.9, false",
        ">=0.1.0 & <1.0.0, 1.0.0, false",
        ">=1.2&<2, 1.99.0, true",
        "=1.2.3, 1.2.3, true",
        ">1.2 & <=1.3, 1.2.0, false",
        ">1.2 & <=1.3, 1.3.0, true",
        "<1.0.0, 1.0.0-rc.1, true",
    })
    void rangeAdmitsWhatItSays(String range, String version, boolean admitted) {
        assertThat(VersionRange.of(range).orElseThrow().admits(SemVer.of(version).orElseThrow()))
                .isEqualTo(admitted);
    }

    @ParameterizedTest
    @CsvSource({
        ">=2 & <3, 0.1.0, true",
        ">0.1.0 & <3, 0.1.0, true",
        "=1.0.0, 0.1.0, true",
        ">=0.1.0 & <1.0.0, 0.1.0, false",
        ">=0.0.1 & <0.1.0, 0.1.0, false",
        "<=0.0.9, 0.1.0, false",
    })
    void rangeAboveAVersionIsToldFromOneBelow(String range, String version, boolean above) {
        assertThat(VersionRange.of(range).orElseThrow().isAbove(SemVer.of(version).orElseThrow()))
                .isEqualTo(above);
    }

    @Test
    void upperBoundIsSeen() {
        assertThat(VersionRange.of(">=1").orElseThrow().hasUpperBound()).isFalse();
        assertThat(VersionRange.of(">=1 & <2").orElseThrow().hasUpperBound()).isTrue();
        assertThat(VersionRange.of("=1.0").orElseThrow().hasUpperBound()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.0", "*", ">=", ">=1 <2", ">=1.0.0.0", "~1", ">=1 & ", "=>1"})
    void nonsenseIsNoRange(String text) {
        assertThat(VersionRange.of(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "1.0", "01.0.0", "1.0.0-", "not a version", "1.0.0 ", "v1.0.0"})
    void nonsenseIsNoVersion(String text) {
        assertThat(SemVer.of(text)).isEmpty();
    }

    @Test
    void versionsSortAsTheSpecificationSays() {
        List<SemVer> sorted =
                List.of(
                                "0.9.0",
                                "1.0.0-alpha",
                                "1.0.0-alpha.1",
                                "1.0.0-alpha.beta",
                                "1.0.0-beta",
                                "1.0.0-beta.2",
                                "1.0.0-beta.11",
                                "1.0.0-rc.1",
                                "1.0.0",
                                "1.0.1",
                                "1.10.0",
                                "2.0.0")
                        .stream()
                        .map(text -> SemVer.of(text).orElseThrow())
                        .toList();
        List<SemVer> shuffled = new ArrayList<>(sorted);
        Collections.shuffle(shuffled, new Random(7));
        Collections.sort(shuffled);
        assertThat(shuffled).isEqualTo(sorted);
    }
}
