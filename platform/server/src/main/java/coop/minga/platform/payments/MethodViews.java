package coop.minga.platform.payments;

import coop.minga.platform.ErrorCode;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The shapes of saved methods in the API. */
final class MethodViews {

    static final ErrorCode NOT_SAVED = ErrorCode.conflict("payments.method-not-saved");

    private MethodViews() {}

    record AddForm(String provider) {}

    /**
     * @param label for people, for example {@code Visa •••• 4242}; empty until it is saved
     * @param expires year and month
     * @param message what the customer should know of it now; empty when it is saved
     */
    record MethodView(
            MethodId id,
            String provider,
            String mode,
            String state,
            String label,
            @Nullable String expires,
            String message,
            boolean isDefault,
            PaymentViews.@Nullable Action action,
            Instant createdAt) {}

    record Listed(List<MethodView> items) {}

    /** What a payer reads and fills in to save a method, by JSON Schema. */
    record Checkout(
            MethodId method,
            String mode,
            String explanation,
            List<PaymentViews.Fact> facts,
            Map<String, Object> schema,
            String button) {}

    static MethodView of(StoredMethod m, String language) {
        String kind = m.standing().actionKind();
        return new MethodView(
                m.id(),
                m.provider(),
                m.mode().name().toLowerCase(Locale.ROOT),
                m.state().id(),
                m.standing().label(),
                m.standing().expires(),
                Words.state(m).in(language),
                m.isDefault(),
                kind == null ? null : new PaymentViews.Action(kind, m.standing().actionUrl()),
                m.createdAt());
    }
}
