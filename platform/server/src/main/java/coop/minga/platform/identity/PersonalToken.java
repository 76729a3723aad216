package coop.minga.platform.identity;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/**
 * The form of an API token: {@code minga_pat_}, 43 random characters (256 bits), six characters of
 * checksum. The checksum lets a mistyped or made-up token be refused without asking the database,
 * and lets scanners for leaked secrets be certain.
 */
final class PersonalToken {

    static final String PREFIX = "minga_pat_";

    private static final String ALPHABET =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int SECRET = 43;
    private static final int CHECKSUM = 6;

    private PersonalToken() {}

    static String create(SecureRandom random) {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < SECRET; i++) {
            secret.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return PREFIX + secret + checksum(secret.toString());
    }

    static boolean isWellFormed(String token) {
        if (token.length() != PREFIX.length() + SECRET + CHECKSUM || !token.startsWith(PREFIX)) {
            return false;
        }
        String secret = token.substring(PREFIX.length(), PREFIX.length() + SECRET);
        return token.endsWith(checksum(secret));
    }

    /** Enough of a token to tell it from its owner's others. */
    static String hint(String token) {
        return token.substring(0, PREFIX.length() + 4);
    }

    private static String checksum(String secret) {
        CRC32 crc = new CRC32();
        crc.update(secret.getBytes(StandardCharsets.UTF_8));
        long value = crc.getValue();
        char[] text = new char[CHECKSUM];
        for (int i = CHECKSUM - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (value % ALPHABET.length()));
            value /= ALPHABET.length();
        }
        return new String(text);
    }
}
