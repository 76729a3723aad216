package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.payment.Dispute;
import coop.minga.plugin.api.payment.DisputeHandle;
import coop.minga.plugin.api.payment.Evidence;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugins.payment.sandbox.Step.What;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Disputes of test payments. An explanation that holds the word {@code winning} wins after a while,
 * any other loses.
 */
final class DisputeDesk {

    private static final String PREFIX = "dp";
    private static final Duration ANSWER_WITHIN = Duration.ofDays(7);

    private final Book book;
    private final Clock clock;
    private final Duration settleAfter;

    DisputeDesk(Book book, Clock clock, Duration settleAfter) {
        this.book = book;
        this.clock = clock;
        this.settleAfter = settleAfter;
    }

    DisputeHandle open(PaymentHandle payment) {
        book.add(
                payment.value(),
                history -> {
                    if (history.captured(now(), settleAfter).isZero()) {
                        throw SandboxPayments.conflict("Nothing was paid");
                    }
                    return history.disputedAt(now(), settleAfter).isPresent()
                            ? Optional.empty()
                            : Optional.of(Step.of(What.DISPUTE_OPENED, now()));
                });
        return new DisputeHandle(PREFIX + payment.value());
    }

    Dispute observe(DisputeHandle handle) {
        return history(handle).flatMap(this::seen).orElseThrow(() -> Book.notFound("dispute"));
    }

    List<Dispute> since(Instant since) {
        return book.since(Instant.EPOCH).stream()
                .flatMap(history -> seen(history).stream())
                .filter(dispute -> !dispute.openedAt().isBefore(since))
                .toList();
    }

    Dispute answer(DisputeHandle handle, Evidence evidence, boolean submit) {
        Step answered =
                Step.of(What.DISPUTE_ANSWERED, now())
                        .with(
                                "verdict",
                                evidence.explanation().contains("winning") ? "WON" : "LOST");
        return close(handle, submit ? Optional.of(answered) : Optional.empty());
    }

    Dispute accept(DisputeHandle handle) {
        return close(handle, Optional.of(Step.of(What.DISPUTE_ACCEPTED, now())));
    }

    private Dispute close(DisputeHandle handle, Optional<Step> step) {
        String payment =
                history(handle).map(History::payment).orElseThrow(() -> Book.notFound("dispute"));
        History after =
                book.add(
                        payment,
                        history -> {
                            Dispute now = seen(history).orElseThrow(() -> Book.notFound("dispute"));
                            if (now.state() != Dispute.State.NEEDS_ANSWER) {
                                throw SandboxPayments.conflict("The dispute takes no answer now");
                            }
                            return step;
                        });
        return seen(after).orElseThrow();
    }

    private Optional<History> history(DisputeHandle handle) {
        return handle.value().startsWith(PREFIX)
                ? book.find(handle.value().substring(PREFIX.length()))
                : Optional.empty();
    }

    private Optional<Dispute> seen(History history) {
        return history.disputedAt(now(), settleAfter)
                .map(openedAt ->
                        Dispute.of(
                                        new DisputeHandle(PREFIX + history.payment()),
                                        new PaymentHandle(history.payment()),
                                        Mode.TEST,
                                        history.captured(now(), settleAfter),
                                        state(history),
                                        Dispute.Reason.FRAUDULENT,
                                        openedAt)
                                .withAnswerBy(openedAt.plus(ANSWER_WITHIN)));
    }

    private Dispute.State state(History history) {
        if (history.last(What.DISPUTE_ACCEPTED).isPresent()) {
            return Dispute.State.LOST;
        }
        return history.last(What.DISPUTE_ANSWERED)
                .map(answer ->
                        now().isBefore(answer.at().plus(settleAfter))
                                ? Dispute.State.UNDER_REVIEW
                                : Dispute.State.valueOf(answer.text("verdict")))
                .orElse(Dispute.State.NEEDS_ANSWER);
    }

    private Instant now() {
        return clock.instant();
    }
}
