package coop.minga.platform.payments;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.StaffApproval;
import coop.minga.plugin.api.payment.StatementImport;
import coop.minga.plugin.api.payment.StatementLine;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What people say where a provider cannot see whether money came or went. The provider is told, and
 * what it then says goes the way of every provider's word. Thread-safe.
 */
public final class Confirmations {

    private static final ErrorCode NOT_HERE = ErrorCode.conflict("payments.not-confirmable");
    private static final ErrorCode GIVEN_UP = ErrorCode.conflict("payments.given-up");

    private final Payments.Parts parts;
    private final PaymentStore store;
    private final RefundStore refundStore;
    private final Settlement settlement;
    private final Refunds refunds;

    Confirmations(
            Payments.Parts parts,
            PaymentStore store,
            RefundStore refundStore,
            Settlement settlement,
            Refunds refunds) {
        this.parts = parts;
        this.store = store;
        this.refundStore = refundStore;
        this.settlement = settlement;
        this.refunds = refunds;
    }

    /** Money came: credits it when it is exactly what was asked for. */
    PaymentViews.AdminView confirm(
            PaymentId id, ConfirmationViews.ConfirmForm form, Refunds.By by, String language) {
        String note = note(form.note());
        if (form.receivedMinor() < 1 || form.receivedMinor() > Money.MAX_MINOR) {
            throw otherAmount();
        }
        StoredPayment payment = payment(id);
        PaymentHandle handle = payment.known().orElseThrow(Confirmations::notHere);
        Money received = Money.of(form.receivedMinor(), payment.amount().asset());
        Payment seen =
                ask(
                        payment.provider(),
                        Ask.effect("confirm", payment.key()),
                        by,
                        (provider, call) -> staff(provider).confirm(call, handle, received, note));
        return decided(id, seen, "payment.confirmed", note, by, language);
    }

    /** No money will come. */
    PaymentViews.AdminView reject(PaymentId id, String why, Refunds.By by, String language) {
        String note = note(why);
        StoredPayment payment = payment(id);
        PaymentHandle handle = payment.known().orElseThrow(Confirmations::notHere);
        Payment seen =
                ask(
                        payment.provider(),
                        Ask.effect("reject", payment.key()),
                        by,
                        (provider, call) -> staff(provider).reject(call, handle, note));
        return decided(id, seen, "payment.rejected", note, by, language);
    }

    private PaymentViews.AdminView decided(
            PaymentId id, Payment seen, String action, String note, Refunds.By by, String lang) {
        return db().inTransaction(handle -> {
            StoredPayment after = settlement.apply(handle, id, seen);
            record(
                    handle,
                    by,
                    action,
                    id.toString(),
                    Map.of(
                            "amount", after.amount().toString(),
                            "state", after.state().id(),
                            "note", note));
            return PaymentViews.admin(after, refundStore.of(handle, id), lang);
        });
    }

    /** A refund was sent back by hand. */
    PaymentViews.RefundView confirmRefund(RefundId id, String why, Refunds.By by) {
        String note = note(why);
        StoredRefund refund =
                db().read(handle -> refundStore.find(handle, id)).orElseThrow(Ids::noSuchThing);
        RefundHandle handle = refund.known().orElseThrow(Confirmations::notHere);
        Refund seen =
                ask(
                        payment(refund.payment()).provider(),
                        Ask.effect("confirm-refund", refund.key()),
                        by,
                        (provider, call) -> staff(provider).confirmRefund(call, handle, note));
        return db().inTransaction(books -> {
            StoredRefund after = refunds.apply(books, id, seen);
            record(
                    books,
                    by,
                    "payment.refund-confirmed",
                    id.toString(),
                    Map.of(
                            "amount", after.amount().toString(),
                            "state", after.state().id(),
                            "note", note));
            return PaymentViews.of(after);
        });
    }

    /**
     * Has a provider find payments in a bank's statement. What it found is asked for one by one, as
     * after a webhook: this only starts it.
     */
    ConfirmationViews.Lines statement(
            String provider, byte[] file, Refunds.By by, String language) {
        if (parts.vendors().find(provider).isEmpty()) {
            throw Ids.noSuchThing();
        }
        List<StatementLine> lines =
                ask(
                        provider,
                        Ask.effect("statement", new IdempotencyKey("statement")),
                        by,
                        (each, call) -> statements(each).take(call, file));
        return db().inTransaction(handle -> {
            List<ConfirmationViews.Line> items =
                    lines.stream()
                            .map(line -> line(line, look(handle, provider, line), language))
                            .toList();
            record(
                    handle,
                    by,
                    "payment.statement-read",
                    provider,
                    Map.of(
                            "lines", Integer.toString(lines.size()),
                            "paid", Long.toString(count(lines, StatementLine.Verdict.PAID))));
            return new ConfirmationViews.Lines(items);
        });
    }

    private static long count(List<StatementLine> lines, StatementLine.Verdict verdict) {
        return lines.stream().filter(line -> line.verdict() == verdict).count();
    }

    /** Which payment of ours a line names; one that it paid is asked for. */
    private Optional<PaymentId> look(Handle handle, String provider, StatementLine line) {
        Optional<PaymentId> id =
                line.payment().flatMap(named -> store.byHandle(handle, provider, named));
        boolean paid =
                line.verdict() == StatementLine.Verdict.PAID
                        || line.verdict() == StatementLine.Verdict.ALREADY_TAKEN;
        if (paid) {
            id.ifPresent(each ->
                    parts.jobs()
                            .enqueue(
                                    handle,
                                    CheckJob.TYPE,
                                    each.toString(),
                                    new CheckJob.Check(each)));
        }
        return id;
    }

    private static ConfirmationViews.Line line(
            StatementLine line, Optional<PaymentId> payment, String language) {
        StatementWords words = StatementWords.of(line.verdict());
        return new ConfirmationViews.Line(
                line.number(),
                line.text(),
                line.amount().map(Money::minor).orElse(null),
                line.amount().map(amount -> amount.asset().code()).orElse(null),
                words.code(),
                words.text().in(language),
                words.forPerson(),
                payment.orElse(null));
    }

    private void record(
            Handle handle,
            Refunds.By by,
            String action,
            String subject,
            Map<String, Object> after) {
        parts.audit()
                .record(
                        handle,
                        new Audit.Entry(
                                by.account().toString(),
                                by.address(),
                                action,
                                subject,
                                Map.of(),
                                after,
                                by.traceId()));
    }

    private <T> T ask(
            String provider, Ask ask, Refunds.By by, BiFunction<PaymentProvider, Call, T> work) {
        Outcome<T> outcome =
                parts.vendors()
                        .call(provider, ask.by(by.account().toString()).traced(by.traceId()), work);
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T> failed -> throw problem(failed.code());
            case Outcome.Unknown<T> _ -> throw Checkouts.later();
        };
    }

    private static MingaException problem(ProviderException.Code code) {
        return switch (code) {
            case NOT_FOUND, UNSUPPORTED -> notHere();
            case CONFLICT ->
                    MingaException.of(
                            GIVEN_UP,
                            "This was given up before. Send the money back, or credit it by an"
                                    + " adjustment.",
                            "Esto se abandonó antes. Devuelve el dinero o acredítalo con un"
                                    + " ajuste.");
            case INVALID_REQUEST -> otherAmount();
            case UNAUTHENTICATED,
                    MISCONFIGURED,
                    IDEMPOTENCY_MISMATCH,
                    LIMIT,
                    UNAVAILABLE,
                    CAPACITY,
                    INTERNAL ->
                    Checkouts.later();
        };
    }

    private static MingaException otherAmount() {
        return MingaException.invalid(
                "/received_minor",
                "not-as-asked",
                "This is not what was asked for: the amount is another one, or the file is no"
                        + " statement. Nothing was credited.",
                "No es lo que se pidió: el monto es otro o el archivo no es un extracto. No se"
                        + " acreditó nada.");
    }

    private static MingaException notHere() {
        return MingaException.of(
                NOT_HERE,
                "This provider sees its money by itself: nobody has to confirm it.",
                "Este proveedor ve su dinero por sí mismo: nadie tiene que confirmarlo.");
    }

    private static StaffApproval staff(PaymentProvider provider) {
        if (provider instanceof StaffApproval staff) {
            return staff;
        }
        throw new ProviderException(ProviderException.Code.UNSUPPORTED, "It sees by itself");
    }

    private static StatementImport statements(PaymentProvider provider) {
        if (provider instanceof StatementImport statements) {
            return statements;
        }
        throw new ProviderException(ProviderException.Code.UNSUPPORTED, "It reads no statements");
    }

    private static String note(@Nullable String text) {
        String note = text == null ? "" : text.strip();
        if (note.length() < 3
                || note.length() > 500
                || note.codePoints().anyMatch(Character::isISOControl)) {
            throw MingaException.invalid(
                    "/note",
                    "invalid-text",
                    "Write 3 to 500 printable characters on one line.",
                    "Escribe de 3 a 500 caracteres visibles en una línea.");
        }
        return note;
    }

    private StoredPayment payment(PaymentId id) {
        return db().read(handle -> store.find(handle, id)).orElseThrow(Ids::noSuchThing);
    }

    private Db db() {
        return parts.db();
    }
}
