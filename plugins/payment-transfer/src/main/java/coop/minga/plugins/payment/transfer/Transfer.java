package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One payment by transfer, as far as it is known.
 *
 * @param id its handle
 * @param begun what was asked for
 * @param sent what the payer told of the transfer
 * @param end how it ended
 * @param refunds asked for, in order
 */
record Transfer(String id, Doc begun, Optional<Doc> sent, Optional<Doc> end, List<Doc> refunds) {

    static final String PAID = "PAID";

    Transfer {
        refunds = List.copyOf(refunds);
    }

    Money amount() {
        return begun.money();
    }

    boolean isPaid() {
        return end.map(doc -> doc.text("what").equals(PAID)).orElse(false);
    }

    /** Given up by the host or by a person; what ran out of time is not. */
    boolean isGivenUp() {
        return end.isPresent() && !isPaid();
    }

    Money captured() {
        return isPaid() ? amount() : Money.zero(amount().asset());
    }

    Money refunded() {
        return refunds.stream()
                .filter(refund -> refund.text(Refunds.DECLINED).isEmpty())
                .map(Doc::money)
                .reduce(Money::plus)
                .orElseGet(() -> Money.zero(amount().asset()));
    }

    PaymentOutcome outcome(Instant now, Duration openFor) {
        if (isPaid()) {
            return PaymentOutcome.succeeded();
        }
        if (end.isPresent()) {
            return PaymentOutcome.declined(DeclineReason.valueOf(end.get().text("what")));
        }
        if (!now.isBefore(begun.at().plus(openFor))) {
            return PaymentOutcome.declined(DeclineReason.EXPIRED);
        }
        return sent.isPresent() ? PaymentOutcome.pending() : PaymentOutcome.form();
    }

    Payment seen(Mode mode, Instant now, Duration openFor) {
        return Payment.of(
                        new PaymentHandle(id),
                        begun.text("reference"),
                        mode,
                        amount(),
                        outcome(now, openFor))
                .withKey(new IdempotencyKey(begun.text("key")))
                .withCaptured(captured())
                .withRefunded(refunded())
                .withMethod(begun.text("code"))
                .withCreatedAt(begun.at());
    }
}
