package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.MingaException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

class PublicKeyTest {

    private static final String WEAK_RSA =
            "ssh-rsa"
                + " AAAAB3NzaC1yc2EAAAADAQABAAAAgQCu74wUqBce+5ZvwKpVhyKcVqEwS2uKgBgHDjCnusnHXOomZAFe6mn+eTrSk7dmyDlAcchQsttUAEv75U2BPN1XC2HGFWPNup+V6PorY0VfGR5OnKHmG/SalRZ3rx/7vj54RlT2wB3jo2RhecVrOtpWzj11dVCBbnrJYwSCionCPw==";

    /** Made and fingerprinted by ssh-keygen: {@code fingerprint|key}. */
    static Stream<String> keys() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(PublicKeyTest.class.getResourceAsStream("ssh-keys.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines();
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void keysOfEveryKindAreTakenAndFingerprintedAsOpensshDoes(String line) {
        String[] parts = line.split("\\|");

        PublicKey key = PublicKey.parse("/public_key", " " + parts[1] + " rosa@laptop home\n");

        assertThat(key.fingerprint()).isEqualTo(parts[0]);
        assertThat(key.line()).isEqualTo(parts[1]);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aKeyCutOrLengthenedByAByteIsRefused(String line) {
        String[] parts = line.split("[| ]");
        byte[] blob = Base64.getDecoder().decode(parts[2]);
        for (int length : new int[] {blob.length - 1, blob.length + 1, 4, 1}) {
            String changed =
                    Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(blob, length));
            assertRefused(parts[1] + " " + changed, "invalid-key");
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void noFlippedByteGivesAnythingButAnAnswer(String line) {
        String[] parts = line.split("[| ]");
        byte[] blob = Base64.getDecoder().decode(parts[2]);
        long seed = 20_260_301L;
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] changed = blob.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            String text = parts[1] + " " + Base64.getEncoder().encodeToString(changed);
            try {
                PublicKey.parse("/public_key", text);
            } catch (MingaException e) {
                assertThat(e.problems()).as("seed %d, key %s", seed, text).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command=\"sh\" ssh-ed25519 AAAA",
                "ssh-ed25519",
                "ssh-ed25519 AAAA",
                "ssh-ed25519 %%%%",
                "ssh-ed25519 AAAAC3NzaC1yc2EAAAAD",
                "x",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIEqTI5vpEoqY33v0B5Na7wOCmPKMpZOR1kjsdg3n4Dnh",
                "ssh-ed25519 AAAA\nssh-ed25519 BBBB",
            })
    void whatIsNoKeyIsRefused(String text) {
        assertRefused(text, "invalid-key");
    }

    @org.junit.jupiter.api.Test
    void weakUnknownAndPrivateKeysAreNamed() {
        assertRefused(WEAK_RSA, "weak-key");
        assertRefused("ssh-dss AAAAB3NzaC1kc3MAAAAA", "unsupported-key");
        assertRefused("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz", "private-key");
    }

    private static void assertRefused(String text, String code) {
        assertThatThrownBy(() -> PublicKey.parse("/public_key", text))
                .isInstanceOfSatisfying(
                        MingaException.class,
                        e -> {
                            assertThat(e.problems().getFirst().code()).isEqualTo(code);
                            assertThat(e.problems().getFirst().pointer()).isEqualTo("/public_key");
                        });
    }
}
