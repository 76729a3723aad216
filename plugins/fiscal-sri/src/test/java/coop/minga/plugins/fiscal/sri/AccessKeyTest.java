package coop.minga.plugins.fiscal.sri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.LocalDate;
import java.util.List;

/** Against keys computed elsewhere. */
final class AccessKeyTest {

    private static final List<String> KNOWN =
            List.of(
                    "2111202601179001167400110010010000000011234567814",
                    "0101202601099013885000120010020000001230000000111",
                    "0101202604179206034600110010010000000104126153312",
                    "2111202601179001167400110010010000000021234567811",
                    "2111202601179001167400110010010000000041234567810");

    @Test
    void knownKeysAreValidAndWithAnotherCheckDigitAreNot() {
        for (String key : KNOWN) {
            for (int digit = 0; digit < 10; digit++) {
                String tried = key.substring(0, 48) + digit;
                assertThat(AccessKey.isValid(tried)).as(tried).isEqualTo(tried.equals(key));
            }
        }
    }

    @Test
    void partsAreWrittenInTheirPlaces() {
        assertThat(key(1, "12345678").digits()).isEqualTo(KNOWN.get(0));
        assertThat(
                        AccessKey.of(
                                        LocalDate.of(2026, 1, 1),
                                        AccessKey.Kind.CREDIT_NOTE,
                                        "1792060346001",
                                        AccessKey.Environment.TEST,
                                        "001001",
                                        10,
                                        "41261533")
                                .digits())
                .isEqualTo(KNOWN.get(2));
        assertThat(
                        AccessKey.of(
                                        LocalDate.of(2026, 1, 1),
                                        AccessKey.Kind.INVOICE,
                                        "0990138850001",
                                        AccessKey.Environment.PRODUCTION,
                                        "001002",
                                        123,
                                        "00000001")
                                .digits())
                .isEqualTo(KNOWN.get(1));
    }

    @Test
    void tenBecomesOneAndElevenBecomesZero() {
        assertThat(key(2, "12345678").digits()).isEqualTo(KNOWN.get(3)).endsWith("1");
        assertThat(key(4, "12345678").digits()).isEqualTo(KNOWN.get(4)).endsWith("0");
    }

    @Test
    void whatHasNoPlaceIsRefused() {
        assertThatThrownBy(() -> key(0, "12345678")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> key(1_000_000_000L, "12345678"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> key(1, "1234567x")).isInstanceOf(IllegalArgumentException.class);
        assertThat(AccessKey.isValid("")).isFalse();
        assertThat(AccessKey.isValid(KNOWN.get(0) + "4")).isFalse();
    }

    private static AccessKey key(long sequence, String code) {
        return AccessKey.of(
                LocalDate.of(2026, 11, 21),
                AccessKey.Kind.INVOICE,
                "1790011674001",
                AccessKey.Environment.TEST,
                "001001",
                sequence,
                code);
    }
}
