package coop.minga.plugins.fiscal.sri;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The 49 digits that name an electronic document: day (8), kind (2), RUC (13), environment (1),
 * establishment and point of emission (6), sequence (9), numeric code (8), kind of emission (1),
 * check digit (1).
 */
record AccessKey(String digits) {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("ddMMyyyy", Locale.ROOT);

    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final int LENGTH = 49;
    private static final int MODULUS = 11;
    private static final long MOST = 999_999_999L;

    AccessKey {
        if (!isValid(digits)) {
            throw new IllegalArgumentException("Not an access key: " + digits);
        }
    }

    /** What kind of document is named. */
    enum Kind {
        INVOICE("01"),
        CREDIT_NOTE("04");

        private final String code;

        Kind(String code) {
            this.code = code;
        }
    }

    /** Which of the authority's systems it is for. */
    enum Environment {
        TEST("1"),
        PRODUCTION("2");

        private final String code;

        Environment(String code) {
            this.code = code;
        }
    }

    /**
     * @param ruc 13 digits
     * @param point establishment and point of emission, 6 digits
     * @param sequence 1 to 999,999,999
     * @param code 8 digits of the issuer's choice
     */
    static AccessKey of(
            LocalDate day,
            Kind kind,
            String ruc,
            Environment environment,
            String point,
            long sequence,
            String code) {
        if (sequence < 1 || sequence > MOST) {
            throw new IllegalArgumentException("A sequence is 1 to " + MOST + ", not " + sequence);
        }
        String head =
                DAY.format(day)
                        + kind.code
                        + digits(ruc, 13)
                        + environment.code
                        + digits(point, 6)
                        + "%09d".formatted(sequence)
                        + digits(code, 8)
                        // Normal emission, the only one there is.
                        + "1";
        return new AccessKey(head + checkDigit(head));
    }

    static boolean isValid(String key) {
        return key.length() == LENGTH
                && DIGITS.matcher(key).matches()
                && checkDigit(key.substring(0, LENGTH - 1)) == key.charAt(LENGTH - 1) - '0';
    }

    /**
     * Modulus 11 with the weights 2 to 7, repeating, from the right; 11 becomes 0 and 10 becomes 1.
     */
    static int checkDigit(String head) {
        int sum = 0;
        int weight = 2;
        for (int i = head.length() - 1; i >= 0; i--) {
            sum += (head.charAt(i) - '0') * weight;
            weight = weight == 7 ? 2 : weight + 1;
        }
        int check = MODULUS - sum % MODULUS;
        return switch (check) {
            case 11 -> 0;
            case 10 -> 1;
            default -> check;
        };
    }

    private static String digits(String text, int length) {
        if (text.length() != length || !DIGITS.matcher(text).matches()) {
            throw new IllegalArgumentException(length + " digits are needed, not " + text);
        }
        return text;
    }
}
