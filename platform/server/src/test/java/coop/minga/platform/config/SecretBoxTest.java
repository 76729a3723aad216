package coop.minga.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;

class SecretBoxTest {

    private final SecretBox box = new SecretBox(new byte[32], new SecureRandom());
    private final byte[] secret = {1, 2, 3};

    @Test
    void whatWasSealedIsOpenedAgainAndLooksDifferentEachTime() {
        assertThat(box.open("totp/a", box.seal("totp/a", secret))).isEqualTo(secret);
        assertThat(box.seal("totp/a", secret)).isNotEqualTo(box.seal("totp/a", secret));
    }

    @Test
    void aSecretSealedForOneAccountCannotBeMovedToAnother() {
        byte[] sealed = box.seal("totp/a", secret);
        assertThatThrownBy(() -> box.open("totp/b", sealed))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFlippedBitOrAnotherKeyIsNoticed() {
        byte[] sealed = box.seal("totp/a", secret);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> box.open("totp/a", sealed))
                .isInstanceOf(IllegalStateException.class);

        byte[] otherKey = new byte[32];
        otherKey[0] = 1;
        SecretBox other = new SecretBox(otherKey, new SecureRandom());
        assertThatThrownBy(() -> other.open("totp/a", box.seal("totp/a", secret)))
                .isInstanceOf(IllegalStateException.class);
    }
}
