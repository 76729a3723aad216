package coop.minga.plugin.api.payment;

import java.time.Instant;

/**
 * One thing a vendor's webhook tells. The host takes nothing from it but what it is about, and
 * fetches that.
 *
 * @param id the vendor's id of the event, the same when it is sent again; 1 to 255 characters
 * @param type the vendor's name for it, for logs; at most 100 characters
 * @param subject what it is about
 * @param mode whether it is about real money
 * @param at when it happened, by the vendor's clock
 */
public record HookEvent(String id, String type, Subject subject, Mode mode, Instant at) {

    public HookEvent {
        Handles.check(id);
        type = type.length() > 100 ? type.substring(0, 100) : type;
    }

    /** What an event is about. */
    public sealed interface Subject {

        record OfPayment(PaymentHandle payment) implements Subject {}

        record OfRefund(RefundHandle refund) implements Subject {}

        record OfDispute(DisputeHandle dispute) implements Subject {}

        record OfSetup(SetupHandle setup) implements Subject {}

        record OfPayout(PayoutHandle payout) implements Subject {}

        record OfRecipient(RecipientHandle recipient) implements Subject {}
    }

    public static HookEvent of(String id, String type, Subject subject, Mode mode, Instant at) {
        return new HookEvent(id, type, subject, mode, at);
    }

    /** An event about a payment. */
    public static HookEvent ofPayment(
            String id, String type, PaymentHandle payment, Mode mode, Instant at) {
        return new HookEvent(id, type, new Subject.OfPayment(payment), mode, at);
    }
}
