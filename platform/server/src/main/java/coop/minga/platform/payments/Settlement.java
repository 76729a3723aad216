package coop.minga.platform.payments;

import coop.minga.platform.Ids;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.wallet.Cashier;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentOutcome;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what a provider's word about a payment means for our books. The only place that credits.
 * Thread-safe.
 *
 * <p>The order in which words arrive does not matter: a payment that succeeded stays so, one that
 * was declined can only still succeed, one that is held is a person's to decide.
 */
final class Settlement {

    static final Duration SOON = Duration.ofMinutes(1);

    private final PaymentStore store;
    private final Cashier cashier;
    private final Alerts alerts;
    private final Events events;
    private final Clock clock;

    Settlement(PaymentStore store, Cashier cashier, Alerts alerts, Events events, Clock clock) {
        this.store = store;
        this.cashier = cashier;
        this.alerts = alerts;
        this.events = events;
        this.clock = clock;
    }

    /** Takes a fresh look into the books; the row stays locked until the transaction ends. */
    StoredPayment apply(Handle handle, PaymentId id, Payment seen) {
        StoredPayment before = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        if (before.state() == PaymentState.HELD) {
            return before;
        }
        Optional<Alert> wrong = mismatch(before, seen);
        if (wrong.isPresent()) {
            return before.state() == PaymentState.SUCCEEDED
                    ? attend(handle, before, wrong.get())
                    : hold(handle, before, wrong.get());
        }
        Standing learnt = before.standing().learnt(seen);
        return switch (seen.outcome()) {
            case PaymentOutcome.Succeeded _ -> succeeded(handle, before, learnt, seen);
            case PaymentOutcome.Authorized _ ->
                    goOn(handle, before, learnt.in(PaymentState.AUTHORIZED, null));
            case PaymentOutcome.Pending _ ->
                    goOn(handle, before, learnt.in(PaymentState.PENDING, null));
            case PaymentOutcome.Unknown _ ->
                    goOn(handle, before, learnt.in(PaymentState.UNKNOWN, null));
            case PaymentOutcome.RequiresAction(PaymentOutcome.Action action) ->
                    goOn(handle, before, learnt.requires(action));
            case PaymentOutcome.Declined declined ->
                    before.state() == PaymentState.SUCCEEDED
                            ? attend(handle, before, Alert.NO_LONGER_PAID)
                            : decline(handle, before, learnt, Words.code(declined.reason()));
        };
    }

    /** What does not match what was asked for; the first thing found. */
    private static Optional<Alert> mismatch(StoredPayment ours, Payment seen) {
        if (!seen.reference().equals(ours.id().toString())) {
            return Optional.of(Alert.WRONG_REFERENCE);
        }
        if (ours.known().isPresent() && !ours.known().get().equals(seen.handle())) {
            return Optional.of(Alert.WRONG_HANDLE);
        }
        if (seen.mode() != ours.mode()) {
            return Optional.of(Alert.WRONG_MODE);
        }
        if (!ours.standing().vendorAccount().isEmpty()
                && !ours.standing().vendorAccount().equals(seen.account())) {
            return Optional.of(Alert.WRONG_ACCOUNT);
        }
        boolean sameAsset =
                seen.amount().asset().equals(ours.amount().asset())
                        && seen.captured().asset().equals(ours.amount().asset())
                        && seen.refunded().asset().equals(ours.amount().asset());
        if (!sameAsset
                || !seen.amount().equals(ours.amount())
                || seen.captured().isNegative()
                || seen.captured().compareTo(ours.amount()) > 0) {
            return Optional.of(Alert.WRONG_AMOUNT);
        }
        if (seen.outcome() instanceof PaymentOutcome.Succeeded
                && !seen.captured().equals(ours.amount())) {
            return Optional.of(Alert.SHORT);
        }
        return Optional.empty();
    }

    private StoredPayment succeeded(
            Handle handle, StoredPayment before, Standing learnt, Payment seen) {
        if (before.state() == PaymentState.SUCCEEDED) {
            return seen.refunded().compareTo(before.refunding()) > 0
                    ? attend(handle, before, Alert.REFUNDED_ELSEWHERE)
                    : before;
        }
        cashier.receive(
                handle,
                before.creditId(),
                before.team(),
                before.provider(),
                before.amount(),
                new Explains("payment", before.id().toString()));
        events.publish(
                handle,
                new Fact(
                        "wallet.changed",
                        before.team().toString(),
                        Set.of(Topic.of(before.team())),
                        Map.of("asset", before.amount().asset().code())));
        return write(handle, before, learnt.paid(before.amount()));
    }

    private StoredPayment goOn(Handle handle, StoredPayment before, Standing now) {
        // Whoever looked before somebody else's look was written down is late, not right.
        return before.state() == PaymentState.SUCCEEDED || before.state() == PaymentState.DECLINED
                ? before
                : write(handle, before, now);
    }

    /** Nobody knows whether the provider began: it is asked for by its key. */
    StoredPayment lose(Handle handle, PaymentId id) {
        StoredPayment payment = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return payment.state() == PaymentState.STARTING
                ? write(handle, payment, payment.standing().in(PaymentState.UNKNOWN, null))
                : payment;
    }

    /** The provider certainly did not begin. */
    StoredPayment refuse(Handle handle, PaymentId id, String reason) {
        StoredPayment payment = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return payment.state().isOpen()
                ? decline(handle, payment, payment.standing(), reason)
                : payment;
    }

    /** Stops it and calls a person. */
    StoredPayment hold(Handle handle, PaymentId id, Alert alert) {
        StoredPayment payment = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return payment.state().isOpen() ? hold(handle, payment, alert) : payment;
    }

    private StoredPayment decline(
            Handle handle, StoredPayment before, Standing learnt, String reason) {
        return before.state() == PaymentState.DECLINED
                ? before
                : write(handle, before, learnt.in(PaymentState.DECLINED, reason));
    }

    private StoredPayment hold(Handle handle, StoredPayment payment, Alert alert) {
        alerts.raise(handle, alert, payment.id().toString(), payment.provider());
        return write(handle, payment, payment.standing().in(PaymentState.HELD, alert.code()));
    }

    /** Marks a payment for a person without taking anything back; once per cause. */
    StoredPayment attend(Handle handle, StoredPayment payment, Alert alert) {
        if (alert.code().equals(payment.standing().attention())) {
            return payment;
        }
        alerts.raise(handle, alert, payment.id().toString(), payment.provider());
        return write(handle, payment, payment.standing().withAttention(alert.code()));
    }

    private StoredPayment write(Handle handle, StoredPayment before, Standing now) {
        StoredPayment after = before.with(now);
        store.update(handle, after.id(), now, clock.instant().plus(SOON), clock.instant());
        if (before.state() != after.state()) {
            events.publish(
                    handle,
                    new Fact(
                            "payments.payment",
                            after.id().toString(),
                            Set.of(Topic.of(after.team())),
                            Map.of(
                                    "state", after.state().id(),
                                    "account_id", after.account().toString(),
                                    "provider", after.provider(),
                                    "purpose", after.purpose().id(),
                                    "charge", after.charge(),
                                    "amount_minor", after.amount().minor(),
                                    "asset", after.amount().asset().code(),
                                    "message", Words.state(after).byLanguage())));
        }
        return after;
    }
}
