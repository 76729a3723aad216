package coop.minga.plugins.payment.transfer;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Names that follow from a key, so that a payment is found without being looked for. */
final class Names {

    /** Without letters that look like digits or like each other. */
    private static final String LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static final int LENGTH = 10;

    private Names() {}

    static String id(String key) {
        return "tr" + HexFormat.of().formatHex(hash(key), 0, 12);
    }

    /** For people to copy by hand, for example {@code MNG-7K3QX-9FHWD}. */
    static String reference(String prefix, String key) {
        BigInteger number = new BigInteger(1, hash("reference/" + key));
        BigInteger base = BigInteger.valueOf(LETTERS.length());
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            BigInteger[] parts = number.divideAndRemainder(base);
            code.append(LETTERS.charAt(parts[1].intValue()));
            number = parts[0];
        }
        return prefix + "-" + code.substring(0, 5) + "-" + code.substring(5);
    }

    /** As it survives a bank's forms: capitals and digits only. */
    static String bare(String text) {
        return text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    }

    /** What an unknown reference of ours would look like in a bare text. */
    static String shape(String prefix) {
        return prefix + "[" + LETTERS + "]{" + LENGTH + "}";
    }

    static String hex(String text) {
        return HexFormat.of().formatHex(hash(text));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
