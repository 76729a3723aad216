package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.PaymentHandle;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;

/**
 * What is written on everything made at Stripe, and read back.
 *
 * @param host which host made it
 */
record Tags(String host) {

    static final String HOST = "minga_host";
    private static final String KEY = "minga_key";
    private static final String REFERENCE = "minga_reference";
    private static final String WAY = "minga_way";
    private static final String PAYMENT = "minga_payment";

    /** Written on a payment of ours that could not be made because its card was gone. */
    static final Map<String, String> METHOD_GONE = Map.of("minga_declined", "method_gone");

    /** How something came about, and so what names it. */
    enum Way {
        CHECKOUT,
        CHARGE,
        SETUP,
        REFUND,
        PAYOUT,
        RECIPIENT,
        CUSTOMER
    }

    Map<String, String> of(Way way, IdempotencyKey key, String reference) {
        return Map.of(HOST, host, KEY, key.value(), REFERENCE, reference, WAY, way.name());
    }

    /** On a refund, so that its payment is known without another question. */
    static Map<String, String> payment(PaymentHandle payment) {
        return Map.of(PAYMENT, payment.value());
    }

    boolean ours(@Nullable Map<String, String> metadata) {
        return metadata != null && host.equals(metadata.get(HOST));
    }

    boolean ours(@Nullable Map<String, String> metadata, IdempotencyKey key) {
        return ours(metadata) && metadata != null && key.value().equals(metadata.get(KEY));
    }

    static boolean is(Way way, @Nullable Map<String, String> metadata) {
        return metadata != null && way.name().equals(metadata.get(WAY));
    }

    static String reference(@Nullable Map<String, String> metadata) {
        return metadata == null ? "" : metadata.getOrDefault(REFERENCE, "");
    }

    static Optional<IdempotencyKey> key(@Nullable Map<String, String> metadata) {
        try {
            return metadata == null
                    ? Optional.empty()
                    : Optional.ofNullable(metadata.get(KEY)).map(IdempotencyKey::new);
        } catch (IllegalArgumentException _) {
            // Somebody edited it in Stripe's dashboard.
            return Optional.empty();
        }
    }

    static Optional<PaymentHandle> paymentOf(@Nullable Map<String, String> metadata) {
        return metadata == null
                ? Optional.empty()
                : Optional.ofNullable(metadata.get(PAYMENT)).map(PaymentHandle::new);
    }

    static boolean methodGone(@Nullable Map<String, String> metadata) {
        return metadata != null && metadata.entrySet().containsAll(METHOD_GONE.entrySet());
    }
}
