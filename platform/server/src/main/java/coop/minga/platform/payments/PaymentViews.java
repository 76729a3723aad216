package coop.minga.platform.payments;

import coop.minga.platform.AccountId;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What the API says and hears about payments. */
final class PaymentViews {

    private PaymentViews() {}

    /** What a provider takes of one asset. */
    record Range(String asset, int scale, long minMinor, long maxMinor) {}

    /**
     * A way to pay.
     *
     * @param mode {@code test}: nobody pays anything
     * @param saves whether it keeps methods and charges them later
     */
    record Way(String name, String title, String mode, boolean saves, List<Range> accepts) {}

    record Ways(List<Way> items) {}

    /**
     * @param method a saved method of the provider's to charge; absent to pay by hand
     */
    record TopUpForm(String provider, String asset, long amountMinor, @Nullable MethodId method) {}

    /**
     * What the payer has to do.
     *
     * @param type {@code redirect}: go to the address; {@code form}: fill in the payment's
     *     checkout; {@code token}: go on with the vendor's script
     */
    record Action(String type, @Nullable String url) {}

    /** A reason: its stable code, and words. */
    record Reason(String code, String text) {}

    record PaymentView(
            PaymentId id,
            String purpose,
            String provider,
            String mode,
            String state,
            String message,
            @Nullable Reason reason,
            long amountMinor,
            String asset,
            int scale,
            long capturedMinor,
            long refundedMinor,
            String method,
            @Nullable Action action,
            Instant createdAt,
            Instant updatedAt) {}

    record Page(List<PaymentView> items, @Nullable String nextCursor) {}

    /** What a payer reads and fills in, by JSON Schema. */
    record Checkout(
            PaymentId payment,
            String mode,
            String explanation,
            List<Fact> facts,
            Map<String, Object> schema,
            String button) {}

    record Fact(String label, String value) {}

    record CheckoutForm(Map<String, Object> values) {}

    /**
     * @param amountMinor everything that is left when absent
     */
    record RefundForm(@Nullable Long amountMinor, String reason) {}

    record RefundView(
            RefundId id,
            String state,
            @Nullable String reason,
            long amountMinor,
            String asset,
            String note,
            Instant createdAt) {}

    /** What an operator has to look at. */
    record Attention(String code, String fix) {}

    /** A payment as operators see it. */
    record AdminView(
            PaymentView payment,
            AccountId account,
            String charge,
            @Nullable String handle,
            @Nullable Attention attention,
            List<RefundView> refunds) {}

    record AdminPage(List<AdminView> items, @Nullable String nextCursor) {}

    static PaymentView of(StoredPayment p, String language) {
        String reason = p.standing().reason();
        String words = Words.state(p).in(language);
        String kind = p.standing().actionKind();
        return new PaymentView(
                p.id(),
                p.purpose().id(),
                p.provider(),
                p.mode().name().toLowerCase(java.util.Locale.ROOT),
                // Customers are not told which check failed.
                p.state().id(),
                words,
                p.state() == PaymentState.DECLINED && reason != null
                        ? new Reason(reason, words)
                        : null,
                p.amount().minor(),
                p.amount().asset().code(),
                p.amount().asset().scale(),
                p.standing().captured().minor(),
                p.refunding().minor(),
                p.standing().method(),
                kind == null ? null : new Action(kind, p.standing().actionUrl()),
                p.createdAt(),
                p.updatedAt());
    }

    static RefundView of(StoredRefund r) {
        return new RefundView(
                r.id(),
                r.state().id(),
                r.reason(),
                r.amount().minor(),
                r.amount().asset().code(),
                r.note(),
                r.createdAt());
    }

    static AdminView admin(StoredPayment p, List<StoredRefund> refunds, String language) {
        String code =
                p.state() == PaymentState.HELD ? p.standing().reason() : p.standing().attention();
        return new AdminView(
                of(p, language),
                p.account(),
                p.charge(),
                p.standing().handle(),
                code == null ? null : new Attention(code, Alerts.fix(code).in(language)),
                refunds.stream().map(PaymentViews::of).toList());
    }
}
