package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.wallet.Cashier;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundOutcome;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Money of a payment given back to where it came from. It is set aside in the wallet first, so that
 * it cannot be spent and given back; the payment's row counts what is under way, so that all
 * refunds together never exceed it. Thread-safe.
 */
final class Refunds {

    private static final ErrorCode NOT_REFUNDABLE = ErrorCode.conflict("payments.not-refundable");

    private final PaymentStore payments;
    private final RefundStore store;
    private final Cashier cashier;
    private final WalletService wallet;
    private final Alerts alerts;
    private final Jobs jobs;
    private final Events events;
    private final Audit audit;
    private final Db db;
    private final Ids ids;
    private final Clock clock;

    Refunds(Payments.Parts parts, PaymentStore payments, RefundStore store, Alerts alerts) {
        this.payments = payments;
        this.store = store;
        this.cashier = parts.cashier();
        this.wallet = parts.wallet();
        this.alerts = alerts;
        this.jobs = parts.jobs();
        this.events = parts.events();
        this.audit = parts.audit();
        this.db = parts.db();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /**
     * Who asks for a refund, and from where.
     *
     * @param address the network address
     */
    record By(AccountId account, String address, String traceId) {}

    /**
     * @param amountMinor null for all that is left
     * @throws MingaException 409 {@code payments.not-refundable}, {@code wallet.insufficient-funds}
     */
    StoredRefund request(PaymentId id, @Nullable Long amountMinor, String note, By by) {
        return db.inTransaction(handle -> {
            StoredPayment payment = payments.lock(handle, id).orElseThrow(Ids::noSuchThing);
            Money left = payment.refundable();
            Money amount =
                    amountMinor == null ? left : new Money(amountMinor, payment.amount().asset());
            if (payment.state() != PaymentState.SUCCEEDED || left.isZero()) {
                throw MingaException.of(
                        NOT_REFUNDABLE,
                        "Nothing of this payment is left to give back.",
                        "De este pago no queda nada por devolver.");
            }
            if (!amount.isPositive() || amount.compareTo(left) > 0) {
                throw MingaException.of(
                        NOT_REFUNDABLE,
                        "From above 0 to " + left + " of this payment can be given back.",
                        "De este pago se puede devolver más de 0 y hasta " + left + ".");
            }
            RefundId refundId = new RefundId(ids.next());
            StoredRefund refund =
                    new StoredRefund(
                            refundId,
                            id,
                            amount,
                            Intents.refundKey(refundId),
                            null,
                            RefundState.CREATED,
                            null,
                            note,
                            ids.next(),
                            0,
                            clock.instant());
            cashier.setAside(
                    handle,
                    refund.holdId(),
                    payment.team(),
                    payment.provider(),
                    amount,
                    explains(refund));
            payments.refunding(handle, id, payment.refunding().plus(amount), clock.instant());
            store.insert(handle, refund, by.account(), clock.instant().plus(Settlement.SOON));
            jobs.enqueue(handle, RefundJob.TYPE, refundId.toString(), new RefundJob.Give(refundId));
            audit.record(
                    handle,
                    new Audit.Entry(
                            by.account().toString(),
                            by.address(),
                            "payment.refund-requested",
                            id.toString(),
                            Map.of("refundable", left.toString()),
                            Map.of(
                                    "refund", refundId.toString(),
                                    "amount", amount.toString(),
                                    "reason", note),
                            by.traceId()));
            tellWallet(handle, payment);
            return refund;
        });
    }

    /** Takes a provider's fresh word into the books. */
    StoredRefund apply(Handle handle, RefundId id, Refund seen) {
        StoredPayment payment = lockPayment(handle, id);
        StoredRefund refund = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        if (!refund.state().isOpen()) {
            return refund;
        }
        boolean ours =
                payment.known().filter(seen.payment()::equals).isPresent()
                        && refund.known().map(seen.handle()::equals).orElse(true);
        if (!ours) {
            return hold(handle, payment, refund, Alert.WRONG_HANDLE);
        }
        if (!seen.amount().equals(refund.amount())) {
            return hold(handle, payment, refund, Alert.WRONG_AMOUNT);
        }
        String known = seen.handle().value();
        return switch (seen.outcome()) {
            case RefundOutcome.Succeeded _ -> {
                cashier.giveBack(
                        handle,
                        refund.holdId(),
                        payment.provider(),
                        refund.amount(),
                        explains(refund));
                tellWallet(handle, payment);
                yield write(handle, payment, refund, RefundState.SUCCEEDED, null, known);
            }
            case RefundOutcome.Declined declined ->
                    decline(
                            handle,
                            payment,
                            refund,
                            declined.reason().name().toLowerCase(Locale.ROOT),
                            known);
            case RefundOutcome.Pending _ ->
                    write(handle, payment, refund, RefundState.PENDING, null, known);
            case RefundOutcome.Unknown _ ->
                    write(handle, payment, refund, RefundState.UNKNOWN, null, known);
        };
    }

    /** Nobody knows whether the provider did it: it is asked for by its key. */
    StoredRefund lose(Handle handle, RefundId id) {
        StoredPayment payment = lockPayment(handle, id);
        StoredRefund refund = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return refund.state() == RefundState.STARTING
                ? write(handle, payment, refund, RefundState.UNKNOWN, null, refund.handle())
                : refund;
    }

    /** The provider certainly did not do it. */
    StoredRefund refuse(Handle handle, RefundId id, String reason) {
        StoredPayment payment = lockPayment(handle, id);
        StoredRefund refund = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return refund.state().isOpen()
                ? decline(handle, payment, refund, reason, refund.handle())
                : refund;
    }

    StoredRefund hold(Handle handle, RefundId id, Alert alert) {
        StoredPayment payment = lockPayment(handle, id);
        StoredRefund refund = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return refund.state().isOpen() ? hold(handle, payment, refund, alert) : refund;
    }

    /** The payment first, here and everywhere, so that nobody waits in a circle. */
    private StoredPayment lockPayment(Handle handle, RefundId id) {
        PaymentId payment =
                store.find(handle, id).map(StoredRefund::payment).orElseThrow(Ids::noSuchThing);
        return payments.lock(handle, payment).orElseThrow(Ids::noSuchThing);
    }

    private StoredRefund decline(
            Handle handle,
            StoredPayment payment,
            StoredRefund refund,
            String reason,
            @Nullable String known) {
        wallet.release(handle, refund.holdId());
        payments.refunding(
                handle, payment.id(), payment.refunding().minus(refund.amount()), clock.instant());
        tellWallet(handle, payment);
        return write(handle, payment, refund, RefundState.DECLINED, reason, known);
    }

    private StoredRefund hold(
            Handle handle, StoredPayment payment, StoredRefund refund, Alert alert) {
        alerts.raise(handle, alert, refund.id().toString(), payment.provider());
        return write(handle, payment, refund, RefundState.HELD, alert.code(), refund.handle());
    }

    private StoredRefund write(
            Handle handle,
            StoredPayment payment,
            StoredRefund refund,
            RefundState state,
            @Nullable String reason,
            @Nullable String known) {
        store.update(
                handle,
                refund.id(),
                state,
                reason,
                known,
                clock.instant().plus(Settlement.SOON),
                clock.instant());
        if (state != refund.state()) {
            events.publish(
                    handle,
                    new Fact(
                            "payments.refund",
                            payment.id().toString(),
                            Set.of(Topic.of(payment.team())),
                            Map.of(
                                    "refund_id", refund.id().toString(),
                                    "state", state.id(),
                                    "amount_minor", refund.amount().minor(),
                                    "asset", refund.amount().asset().code())));
        }
        return store.find(handle, refund.id()).orElseThrow();
    }

    private void tellWallet(Handle handle, StoredPayment payment) {
        events.publish(
                handle,
                new Fact(
                        "wallet.changed",
                        payment.team().toString(),
                        Set.of(Topic.of(payment.team())),
                        Map.of("asset", payment.amount().asset().code())));
    }

    private static Explains explains(StoredRefund refund) {
        return new Explains("refund", refund.id().toString());
    }
}
