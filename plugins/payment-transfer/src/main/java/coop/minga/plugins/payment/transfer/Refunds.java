package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;

import java.time.Clock;
import java.util.Optional;

/** Refunds of transfers: written down, sent by a person, done when that person says so. */
final class Refunds {

    static final String DECLINED = "declined";
    private static final String SENT = "sent";
    private static final String KEY = "key";

    private final Ledger ledger;
    private final Clock clock;

    Refunds(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    Refund ask(Call call, RefundRequest request) {
        String id = request.payment().value();
        String key = call.key().value();
        String inputs = Names.hex(id + "\0" + request.reference() + "\0" + request.amount());
        Transfer after =
                ledger.refund(
                        id,
                        now ->
                                number(now, key) >= 0
                                        ? Optional.empty()
                                        : Optional.of(decide(now, request, key, inputs)));
        int number = number(after, key);
        if (!after.refunds().get(number).text("inputs").equals(inputs)) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    "Key " + key + " was used before for something else");
        }
        return seen(after, number);
    }

    private Doc decide(Transfer now, RefundRequest request, String key, String inputs) {
        if (!now.amount().asset().equals(request.amount().asset())) {
            throw new ProviderException(
                    Code.INVALID_REQUEST, "The payment is in " + now.amount().asset().code());
        }
        Doc refund =
                Doc.at(clock.instant())
                        .with(KEY, key)
                        .with("inputs", inputs)
                        .with(request.amount());
        if (!now.isPaid()) {
            return refund.with(DECLINED, RefundOutcome.Reason.NOT_CAPTURED.name());
        }
        return now.refunded().plus(request.amount()).compareTo(now.captured()) > 0
                ? refund.with(DECLINED, RefundOutcome.Reason.EXCEEDS_PAYMENT.name())
                : refund;
    }

    Optional<Refund> find(IdempotencyKey key) {
        return ledger.all().stream()
                .filter(each -> number(each, key.value()) >= 0)
                .map(each -> seen(each, number(each, key.value())))
                .findFirst();
    }

    Refund get(RefundHandle handle) {
        Place place = Place.of(handle);
        Transfer transfer = ledger.get(place.transfer());
        if (place.number() >= transfer.refunds().size()) {
            throw Ledger.notFound();
        }
        return seen(transfer, place.number());
    }

    Refund confirm(RefundHandle handle, String note) {
        Refund before = get(handle);
        if (before.outcome() instanceof RefundOutcome.Declined) {
            throw new ProviderException(Code.CONFLICT, "This refund was declined");
        }
        if (before.outcome() instanceof RefundOutcome.Pending) {
            Place place = Place.of(handle);
            Doc refund = ledger.get(place.transfer()).refunds().get(place.number());
            ledger.refundSent(
                    place.transfer(),
                    place.number(),
                    refund.with(SENT, clock.instant().toString()).with("note", note));
        }
        return get(handle);
    }

    private static int number(Transfer transfer, String key) {
        for (int i = 0; i < transfer.refunds().size(); i++) {
            if (transfer.refunds().get(i).text(KEY).equals(key)) {
                return i;
            }
        }
        return -1;
    }

    private static Refund seen(Transfer transfer, int number) {
        Doc refund = transfer.refunds().get(number);
        String declined = refund.text(DECLINED);
        RefundOutcome outcome;
        if (!declined.isEmpty()) {
            outcome = RefundOutcome.declined(RefundOutcome.Reason.valueOf(declined));
        } else if (refund.text(SENT).isEmpty()) {
            outcome = RefundOutcome.pending();
        } else {
            outcome = RefundOutcome.succeeded();
        }
        return Refund.of(
                        new RefundHandle(transfer.id() + "." + number),
                        new PaymentHandle(transfer.id()),
                        refund.money(),
                        outcome)
                .withKey(new IdempotencyKey(refund.text(KEY)));
    }

    /** Where a refund is. */
    private record Place(String transfer, int number) {

        static Place of(RefundHandle handle) {
            int dot = handle.value().lastIndexOf('.');
            if (dot < 0 || !handle.value().substring(dot + 1).matches("[0-9]{1,3}")) {
                throw Ledger.notFound();
            }
            return new Place(
                    handle.value().substring(0, dot),
                    Integer.parseInt(handle.value().substring(dot + 1)));
        }
    }
}
