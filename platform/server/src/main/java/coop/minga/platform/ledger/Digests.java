package coop.minga.platform.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * SHA-256 over values, each written with its length or in a fixed width, so that no two different
 * sequences of values hash alike. Not thread-safe.
 */
final class Digests {

    private final MessageDigest sha = sha256();
    private final ByteBuffer word = ByteBuffer.allocate(Long.BYTES);

    Digests text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Digests bytes(byte[] value) {
        number(value.length);
        sha.update(value);
        return this;
    }

    Digests number(long value) {
        sha.update(word.putLong(0, value).array());
        return this;
    }

    Digests uuid(UUID value) {
        return number(value.getMostSignificantBits()).number(value.getLeastSignificantBits());
    }

    Digests time(Instant value) {
        return number(ChronoUnit.MICROS.between(Instant.EPOCH, value));
    }

    byte[] finish() {
        return sha.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
