package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugins.payment.sandbox.Step.What;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What happened to a payment, and what follows from it at a given time.
 *
 * @param payment its name
 * @param steps in order; the first is how it was started
 */
record History(String payment, List<Step> steps) {

    /** How long a payer may think about it. */
    static final Duration OPEN_FOR = Duration.ofHours(24);

    History {
        steps = List.copyOf(steps);
    }

    Step start() {
        return steps.getFirst();
    }

    Asset asset() {
        return new Asset(start().text("asset"), (int) start().number("scale"));
    }

    Money amount() {
        return money(start().number("minor"));
    }

    Money money(long minor) {
        return Money.of(minor, asset());
    }

    /** The last fact of a kind. */
    Optional<Step> last(What what) {
        return all(what).reduce((_, later) -> later);
    }

    Stream<Step> all(What what) {
        return steps.stream().filter(step -> step.what() == what);
    }

    Optional<Card> card() {
        return chosen().flatMap(step -> Card.of(step.text("card")));
    }

    /** When a card was chosen: by the payer, or a saved one at the start. */
    private Optional<Step> chosen() {
        return last(What.CARD_CHOSEN).or(() -> Optional.of(start()).filter(at -> at.has("card")));
    }

    /** Whether the payer's bank waits for the payer's answer. */
    boolean awaitsAnswer() {
        return card().equals(Optional.of(Card.NEEDS_A_STEP)) && last(What.STEP_ANSWERED).isEmpty();
    }

    PaymentOutcome outcome(Instant now, Duration settleAfter) {
        if (last(What.CAPTURED).isPresent()) {
            return PaymentOutcome.succeeded();
        }
        if (last(What.CANCELED).isPresent()) {
            return PaymentOutcome.declined(DeclineReason.CANCELED_BY_HOST);
        }
        if (start().has("gone")) {
            return PaymentOutcome.declined(DeclineReason.METHOD_GONE);
        }
        Optional<Card> card = card();
        if (card.isEmpty() || awaitsAnswer()) {
            return now.isBefore(start().at().plus(OPEN_FOR))
                    ? PaymentOutcome.form()
                    : PaymentOutcome.declined(DeclineReason.EXPIRED);
        }
        Optional<DeclineReason> decline = card.get().decline();
        if (decline.isPresent()) {
            return PaymentOutcome.declined(decline.get());
        }
        boolean settled = !now.isBefore(chosen().orElseThrow().at().plus(settleAfter));
        return switch (card.get()) {
            case SETTLES_LATE -> settled ? agreed() : PaymentOutcome.pending();
            case FAILS_LATE ->
                    settled
                            ? PaymentOutcome.declined(DeclineReason.SETTLEMENT_FAILED)
                            : PaymentOutcome.pending();
            case NEEDS_A_STEP ->
                    last(What.STEP_ANSWERED).orElseThrow().text("answer").equals("confirm")
                            ? agreed()
                            : PaymentOutcome.declined(DeclineReason.AUTHENTICATION_FAILED);
            case SUCCEEDS,
                    DISPUTED,
                    INSUFFICIENT_FUNDS,
                    DECLINED,
                    EXPIRED,
                    INCORRECT_CVC,
                    PROCESSING_ERROR,
                    TURNS_BACK ->
                    agreed();
        };
    }

    private boolean capturesLater() {
        return start().text("capture").equals("LATER");
    }

    /** What is agreed is captured by itself unless the host wants to say when. */
    private PaymentOutcome agreed() {
        return capturesLater() ? PaymentOutcome.authorized() : PaymentOutcome.succeeded();
    }

    Money captured(Instant now, Duration settleAfter) {
        Optional<Step> captured = last(What.CAPTURED);
        if (captured.isPresent()) {
            return money(captured.get().number("minor"));
        }
        return outcome(now, settleAfter) instanceof PaymentOutcome.Succeeded ? amount() : money(0);
    }

    Money refunded() {
        return all(What.REFUNDED)
                .filter(step -> step.text("outcome").equals("done"))
                .map(step -> money(step.number("minor")))
                .reduce(money(0), Money::plus);
    }

    Optional<Step> refund(String key) {
        return all(What.REFUNDED).filter(step -> step.text("key").equals(key)).findFirst();
    }

    /** Disputed from the start by one of the cards, or later. */
    Optional<Instant> disputedAt(Instant now, Duration settleAfter) {
        Optional<Instant> opened = last(What.DISPUTE_OPENED).map(Step::at);
        if (opened.isPresent()) {
            return opened;
        }
        return card().equals(Optional.of(Card.DISPUTED)) && captured(now, settleAfter).isPositive()
                ? chosen().map(Step::at)
                : Optional.empty();
    }

    Payment seen(Instant now, Duration settleAfter) {
        return Payment.of(
                        new PaymentHandle(payment),
                        start().text("reference"),
                        Mode.TEST,
                        amount(),
                        outcome(now, settleAfter))
                .withKey(new IdempotencyKey(start().text("key")))
                .withCaptured(captured(now, settleAfter))
                .withRefunded(refunded())
                .withAccount("test")
                .withMethod(card().map(card -> "Test •••• " + card.number()).orElse(""))
                .withCreatedAt(start().at());
    }
}
