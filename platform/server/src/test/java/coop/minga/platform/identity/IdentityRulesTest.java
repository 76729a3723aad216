package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.SessionCookie;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class IdentityRulesTest {

    private static final Email ROSA = new Email("rosa@example.com", "rosa@example.com");

    @ParameterizedTest
    @CsvSource({
        "Rosa.Quispe+minga@Example.COM,Rosa.Quispe+minga@example.com,rosa.quispe+minga@example.com",
        "a@b.co,a@b.co,a@b.co",
        "o'brien@xn--ls8h.la,o'brien@xn--ls8h.la,o'brien@xn--ls8h.la",
        "x@ñandú.ec,x@xn--and-6ma2c.ec,x@xn--and-6ma2c.ec",
    })
    void addressesAreKeptAsWrittenAndComparedInLowerCase(String text, String kept, String key) {
        assertThat(Email.parse(text)).isEqualTo(new Email(kept, key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "a@",
                "@b.co",
                "a@b",
                ".a@b.co",
                "a.@b.co",
                "a..b@b.co",
                "a b@b.co",
                "a@b..co",
                "a@-b.co",
                "a@b-.co",
                "a@b.co.",
                "a@b_c.co",
                "a@[127.0.0.1]",
                "\"a b\"@b.co",
                "a@b.co\r\nBcc: c@d.ef",
                "a\r\n@b.co",
                "a@b@c.co",
                "a,b@c.co",
                "ñ@b.co",
                "a@b.co>",
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThat(Email.parse(text)).isNull();
    }

    @Test
    @Timeout(2)
    void noAddressTakesLongToRead() {
        String evil = "a.".repeat(500_000) + "@" + "b.".repeat(500_000);
        for (int i = 0; i < 100; i++) {
            assertThat(Email.parse(evil)).isNull();
            assertThat(Email.parse("a".repeat(60) + "@" + "b-".repeat(90) + "!")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "Password1",
                "P@ssw0rd",
                "P4$$w0rd!!",
                "contraseña",
                "Contraseña123",
                "12345678",
                "87654321",
                "1234567890",
                "aaaaaaaa",
                "abababab",
                "abcdefgh",
                "qwertyuiop",
                "1q2w3e4r",
                "asdfghjkl",
                "Ecuador2026",
                "admin123!",
                "minga2026",
                "adminadmin",
                "rosa@example.com",
                "iloveyou",
                "TeQuiero123",
            })
    void theFirstGuessesAreRefused(String password) {
        assertThat(PasswordRules.isCommon(password, ROSA)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llamas cross the bridge",
                "Tr0ub4dor&3",
                "k9#mQ2vx",
                "correcthorse",
                "papas con queso",
                "password of my grandmother",
                "aB3!aB4!",
            })
    void otherPasswordsOfAnyCompositionAreTaken(String password) {
        assertThat(PasswordRules.isCommon(password, ROSA)).isFalse();
    }

    /** RFC 6238, appendix B, the last six digits. */
    @ParameterizedTest
    @CsvSource({
        "59,287082",
        "1111111109,081804",
        "1111111111,050471",
        "1234567890,005924",
        "2000000000,279037",
        "20000000000,353130",
    })
    void codesAreThoseOfTheStandard(long time, String code) {
        byte[] secret = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

        assertThat(Totp.code(secret, Instant.ofEpochSecond(time))).isEqualTo(code);
        assertThat(Totp.step(secret, code, Instant.ofEpochSecond(time), 0)).hasValue(time / 30);
        assertThat(Totp.step(secret, code, Instant.ofEpochSecond(time + 30), 0))
                .hasValue(time / 30);
        assertThat(Totp.step(secret, code, Instant.ofEpochSecond(time + 90), 0)).isEmpty();
        assertThat(Totp.step(secret, code, Instant.ofEpochSecond(time), time / 30)).isEmpty();
    }

    @Test
    void secretsAreWrittenInBase32() {
        byte[] secret = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
        assertThat(Totp.base32(secret)).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assertThat(Totp.uri("Minga Sur", "a+b@example.com", secret))
                .isEqualTo(
                        "otpauth://totp/Minga%20Sur%3Aa%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Minga%20Sur&algorithm=SHA1&digits=6&period=30");
    }

    @Test
    void aTokenWithOneWrongCharacterIsNotWellFormed() {
        String token = PersonalToken.create(new SecureRandom());
        assertThat(token).startsWith("minga_pat_").hasSize(59);
        assertThat(PersonalToken.isWellFormed(token)).isTrue();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'x' ? 'y' : 'x';
            String wrong = token.substring(0, i) + other + token.substring(i + 1);
            assertThat(PersonalToken.isWellFormed(wrong)).as(wrong).isFalse();
        }
        assertThat(PersonalToken.isWellFormed(token + "a")).isFalse();
    }

    @Test
    void overTlsTheCookieIsBoundToTheHost() {
        assertThat(new SessionCookie(true).begin("x", Duration.ofDays(1)))
                .isEqualTo("__Host-minga=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400; Secure");
        assertThat(new SessionCookie(false).begin("x", Duration.ofDays(1)))
                .isEqualTo("minga=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400");
    }

    @Test
    @Timeout(60)
    void aWaveOfPasswordsIsTurnedAwayInsteadOfQueuedForEver() throws Exception {
        try (PasswordHasher hasher = new PasswordHasher(1, 2, new SecureRandom());
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> hashes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                hashes.add(
                        pool.submit(() -> {
                            try {
                                return hasher.hash("a good long password").substring(0, 9);
                            } catch (MingaException e) {
                                return e.code().code();
                            }
                        }));
            }
            List<String> results = new ArrayList<>();
            for (Future<String> hash : hashes) {
                results.add(hash.get());
            }
            assertThat(results).containsOnly("$argon2id", "auth.busy").contains("auth.busy");
            assertThat(results.stream().filter("$argon2id"::equals).count())
                    .isGreaterThanOrEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7,203.0.113.7",
        "2001:db8:1:2:3:4:5:6,2001:db8:1:2::/64",
        "2001:db8:1:2:ffff::1,2001:db8:1:2::/64",
        "2001:db8::1,2001:db8:0:0::/64",
        "2001:0db8:0:0:0:0:0:9,2001:db8:0:0::/64",
        "::1,0:0:0:0::/64",
        "fe80::1%eth0,fe80:0:0:0::/64",
        "::ffff:203.0.113.7,::ffff:203.0.113.7",
    })
    void everyAddressOfOneNetworkCountsAsOne(String address, String network) {
        assertThat(Throttle.network(address)).isEqualTo(network);
    }
}
