package coop.minga.platform.identity;

import org.jspecify.annotations.Nullable;

import java.net.IDN;
import java.util.Locale;

/**
 * A mail address.
 *
 * @param address as people write it, its domain in lower case and ASCII
 * @param key what uniqueness is decided by: all in lower case
 */
record Email(String address, String key) {

    private static final int MAX = 254;
    private static final int MAX_LOCAL = 64;
    private static final String LOCAL_SYMBOLS = "!#$%&'*+/=?^_`{|}~-.";

    /**
     * Reads an address of the form {@code dot-atom@domain} (RFC 5321 without quoted strings,
     * address literals and comments, which nobody signs up with), character by character.
     *
     * @return null when it is not one
     */
    static @Nullable Email parse(String text) {
        String trimmed = text.strip();
        int at = trimmed.lastIndexOf('@');
        if (trimmed.length() > MAX || at < 1 || at > MAX_LOCAL || at == trimmed.length() - 1) {
            return null;
        }
        String local = trimmed.substring(0, at);
        String domain = domain(trimmed.substring(at + 1));
        if (domain == null || !isLocal(local)) {
            return null;
        }
        String address = local + "@" + domain;
        return address.length() > MAX ? null : new Email(address, address.toLowerCase(Locale.ROOT));
    }

    private static boolean isLocal(String local) {
        char before = '.';
        for (int i = 0; i < local.length(); i++) {
            char c = local.charAt(i);
            boolean fits = isLetterOrDigit(c) || LOCAL_SYMBOLS.indexOf(c) >= 0;
            if (!fits || c == '.' && before == '.') {
                return false;
            }
            before = c;
        }
        return before != '.';
    }

    private static @Nullable String domain(String text) {
        String ascii;
        try {
            ascii = IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return null;
        }
        String[] labels = ascii.split("\\.", -1);
        if (labels.length < 2 || ascii.length() > 253) {
            return null;
        }
        for (String label : labels) {
            if (label.isEmpty()
                    || label.length() > 63
                    || label.startsWith("-")
                    || label.endsWith("-")) {
                return null;
            }
            for (int i = 0; i < label.length(); i++) {
                if (!isLetterOrDigit(label.charAt(i)) && label.charAt(i) != '-') {
                    return null;
                }
            }
        }
        return ascii;
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
