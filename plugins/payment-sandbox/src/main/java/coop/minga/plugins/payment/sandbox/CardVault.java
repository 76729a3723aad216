package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.StateStore;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.SavedMethod;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.api.payment.SetupRequest;
import coop.minga.plugins.payment.sandbox.Step.What;

import java.time.Clock;
import java.util.Optional;

/** Test cards that payers have saved. A card without funds is saved and declined when charged. */
final class CardVault {

    private static final String METHOD = "m-";

    private final Book book;
    private final Clock clock;

    CardVault(StateStore store, Clock clock) {
        this.book = Book.ofCards(store);
        this.clock = clock;
    }

    MethodSetup setup(Call call, SetupRequest request) {
        String inputs = Book.sha256(request.reference() + "\0" + request.payer().reference());
        History history =
                book.begin(
                        Book.name(call.key().value()),
                        Step.of(What.STARTED, clock.instant())
                                .with("key", call.key().value())
                                .with("payer", Book.sha256(request.payer().reference()))
                                .with("inputs", inputs));
        if (!history.start().text("inputs").equals(inputs)) {
            throw SandboxPayments.mismatch(call);
        }
        return seen(history);
    }

    Optional<MethodSetup> find(IdempotencyKey key) {
        return book.find(Book.name(key.value())).map(CardVault::seen);
    }

    MethodSetup observe(SetupHandle handle) {
        return seen(history(handle));
    }

    private History history(SetupHandle handle) {
        return book.find(handle.value()).orElseThrow(() -> Book.notFound("card"));
    }

    private static MethodSetup seen(History history) {
        SetupHandle handle = new SetupHandle(history.payment());
        Optional<Card> card = history.card();
        if (card.isEmpty() || history.awaitsAnswer()) {
            return MethodSetup.requires(handle, Mode.TEST, new PaymentOutcome.Action.Form());
        }
        Optional<DeclineReason> decline = refusal(history, card.get());
        if (decline.isPresent()) {
            return MethodSetup.declined(handle, Mode.TEST, decline.get());
        }
        return MethodSetup.saved(
                handle,
                Mode.TEST,
                SavedMethod.of(
                                new MethodHandle(METHOD + history.payment()),
                                "Test •••• " + card.get().number())
                        .withFingerprint(Book.sha256(history.start().text("payer") + card.get())));
    }

    private static Optional<DeclineReason> refusal(History history, Card card) {
        if (card == Card.NEEDS_A_STEP) {
            return history.last(What.STEP_ANSWERED)
                    .filter(answer -> !answer.text("answer").equals("confirm"))
                    .map(_ -> DeclineReason.AUTHENTICATION_FAILED);
        }
        return card == Card.INSUFFICIENT_FUNDS ? Optional.empty() : card.decline();
    }

    CheckoutPage page(SetupHandle handle) {
        History history = history(handle);
        requireOpen(history);
        return CheckoutForm.page(history);
    }

    MethodSetup submit(SetupHandle handle, ProviderConfig values) {
        return seen(
                book.add(
                        handle.value(),
                        now -> {
                            requireOpen(now);
                            return Optional.of(CheckoutForm.step(now, values, clock.instant()));
                        }));
    }

    private static void requireOpen(History history) {
        if (!(seen(history).outcome() instanceof MethodSetup.Outcome.RequiresAction)) {
            throw SandboxPayments.conflict("There is nothing to do for the payer");
        }
    }

    /** The card behind a saved method; empty when it was removed or never was there. */
    Optional<Card> card(MethodHandle method) {
        return method.value().startsWith(METHOD)
                ? book.find(method.value().substring(METHOD.length()))
                        .filter(history -> history.last(What.REMOVED).isEmpty())
                        .flatMap(History::card)
                : Optional.empty();
    }

    void remove(MethodHandle method) {
        if (card(method).isEmpty()) {
            return;
        }
        try {
            book.add(
                    method.value().substring(METHOD.length()),
                    now ->
                            now.last(What.REMOVED).isPresent()
                                    ? Optional.empty()
                                    : Optional.of(Step.of(What.REMOVED, clock.instant())));
        } catch (ProviderException e) {
            if (e.code() != Code.NOT_FOUND) {
                throw e;
            }
        }
    }
}
