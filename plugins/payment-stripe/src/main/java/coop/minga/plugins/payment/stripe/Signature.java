package coop.minga.plugins.payment.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What {@code Stripe-Signature} says: when it was signed, and one or more signatures (two while a
 * secret is being replaced). Stripe's library throws for what strangers send here; this does not.
 *
 * @param time seconds, as written
 * @param candidates 32 bytes each
 */
record Signature(String time, List<byte[]> candidates) {

    static final String HEADER = "stripe-signature";
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final int LONGEST = 2000;
    private static final Pattern TIME = Pattern.compile("\\d{1,11}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** Empty when it is no such header. */
    static Optional<Signature> read(String header) {
        if (header.length() > LONGEST) {
            return Optional.empty();
        }
        String time = "";
        List<byte[]> candidates = new ArrayList<>();
        for (String part : header.split(",")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            if (name.equals("t") && time.isEmpty() && TIME.matcher(value).matches()) {
                time = value;
            } else if (name.equals("t")) {
                return Optional.empty();
            } else if (name.equals("v1") && SHA256.matcher(value).matches()) {
                candidates.add(HexFormat.of().parseHex(value));
            }
        }
        return time.isEmpty() || candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(new Signature(time, candidates));
    }

    boolean isBy(String secret, byte[] body) {
        byte[] expected = mac(secret, time, body);
        boolean one = false;
        for (byte[] candidate : candidates) {
            one |= MessageDigest.isEqual(expected, candidate);
        }
        return one;
    }

    Instant at() {
        return Instant.ofEpochSecond(Long.parseLong(time));
    }

    static byte[] mac(String secret, String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HMAC-SHA256", e);
        }
    }
}
