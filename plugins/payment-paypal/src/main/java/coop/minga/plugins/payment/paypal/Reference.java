package coop.minga.plugins.payment.paypal;

import org.jspecify.annotations.Nullable;

/**
 * What we write on PayPal's things: which payment, of which host. Several hosts may share an
 * account.
 *
 * @param payment the host's public id; empty when PayPal has lost it
 * @param host the host's id; empty when PayPal has lost it
 */
record Reference(String payment, String host) {

    private static final String BETWEEN = "|";

    /** PayPal keeps 127 characters. */
    private static final int LENGTH = 127;

    static Reference read(@Nullable String customId) {
        if (customId == null) {
            return new Reference("", "");
        }
        int at = customId.indexOf(BETWEEN);
        return at < 0
                ? new Reference(customId, "")
                : new Reference(customId.substring(0, at), customId.substring(at + 1));
    }

    boolean fits() {
        return !payment.isEmpty() && !payment.contains(BETWEEN) && written().length() <= LENGTH;
    }

    String written() {
        return payment + BETWEEN + host;
    }
}
