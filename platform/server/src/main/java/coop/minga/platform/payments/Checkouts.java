package coop.minga.platform.payments;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.payment.CheckoutForms;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.loader.config.SchemaJson;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The pages on which payers pay where the provider has none of its own. Thread-safe. */
final class Checkouts {

    private static final ErrorCode NOTHING_TO_DO = ErrorCode.conflict("payments.nothing-to-do");

    private final Vendors vendors;

    Checkouts(Vendors vendors) {
        this.vendors = vendors;
    }

    PaymentViews.Checkout page(StoredPayment payment, String language) {
        CheckoutPage page = page(payment);
        return new PaymentViews.Checkout(
                payment.id(),
                payment.mode().name().toLowerCase(Locale.ROOT),
                page.explanation().in(language),
                facts(page, language),
                SchemaJson.of(page.fields(), language),
                page.button().in(language));
    }

    MethodViews.Checkout page(StoredMethod method, String language) {
        CheckoutPage page = page(method);
        return new MethodViews.Checkout(
                method.id(),
                method.mode().name().toLowerCase(Locale.ROOT),
                page.explanation().in(language),
                facts(page, language),
                SchemaJson.of(page.fields(), language),
                page.button().in(language));
    }

    private static List<PaymentViews.Fact> facts(CheckoutPage page, String language) {
        return page.facts().stream()
                .map(fact -> new PaymentViews.Fact(fact.label().in(language), fact.value()))
                .toList();
    }

    private CheckoutPage page(StoredPayment payment) {
        PaymentHandle handle = waiting(payment.standing().actionKind(), payment.known());
        return page(payment.provider(), (forms, call) -> forms.page(call, handle));
    }

    private CheckoutPage page(StoredMethod method) {
        SetupHandle handle = waiting(method.standing().actionKind(), method.setup());
        return page(method.provider(), (forms, call) -> forms.page(call, handle));
    }

    private CheckoutPage page(String provider, BiFunction<CheckoutForms, Call, CheckoutPage> page) {
        return answer(
                vendors.call(
                        provider,
                        Ask.reading("checkout").within(Duration.ofSeconds(10)),
                        (each, call) -> page.apply(forms(each), call)));
    }

    Payment submit(StoredPayment payment, Map<String, Object> values, IdempotencyKey key) {
        ProviderConfig read = read(page(payment), values);
        PaymentHandle handle = waiting(payment.standing().actionKind(), payment.known());
        return answer(
                vendors.call(
                        payment.provider(),
                        Ask.effect("submit", key).by(payment.account().toString()),
                        (provider, call) -> forms(provider).submit(call, handle, read)));
    }

    MethodSetup submit(StoredMethod method, Map<String, Object> values, IdempotencyKey key) {
        ProviderConfig read = read(page(method), values);
        SetupHandle handle = waiting(method.standing().actionKind(), method.setup());
        return answer(
                vendors.call(
                        method.provider(),
                        Ask.effect("submit", key).by(method.account().toString()),
                        (provider, call) -> forms(provider).submit(call, handle, read)));
    }

    private static CheckoutForms forms(Object provider) {
        if (provider instanceof CheckoutForms forms) {
            return forms;
        }
        throw new ProviderException(ProviderException.Code.CONFLICT, "It has pages of its own");
    }

    /** The handle of what waits for a form to be filled in. */
    private static <H> H waiting(@Nullable String actionKind, Optional<H> handle) {
        if (!"form".equals(actionKind)) {
            throw nothingToDo();
        }
        return handle.orElseThrow(Checkouts::nothingToDo);
    }

    private static ProviderConfig read(CheckoutPage page, Map<String, Object> values) {
        return switch (ConfigReader.read(page.fields(), values)) {
            case Reading.Valid valid -> valid.config();
            case Reading.Invalid invalid ->
                    throw MingaException.invalid(
                            invalid.problems().stream()
                                    .map(problem ->
                                            new MingaException.Problem(
                                                    "/values" + problem.pointer(),
                                                    problem.code(),
                                                    problem.message()))
                                    .toList());
        };
    }

    private static <T> T answer(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T> failed -> throw problem(failed.code());
            case Outcome.Unknown<T> _ -> throw later();
        };
    }

    private static MingaException problem(ProviderException.Code code) {
        return switch (code) {
            case CONFLICT, NOT_FOUND, UNSUPPORTED -> nothingToDo();
            case INVALID_REQUEST ->
                    MingaException.invalid(
                            "/values",
                            "invalid",
                            "These values cannot be taken.",
                            "Estos valores no se pueden aceptar.");
            case UNAUTHENTICATED,
                    MISCONFIGURED,
                    IDEMPOTENCY_MISMATCH,
                    LIMIT,
                    UNAVAILABLE,
                    CAPACITY,
                    INTERNAL ->
                    later();
        };
    }

    private static MingaException nothingToDo() {
        return MingaException.of(
                NOTHING_TO_DO,
                "There is nothing for you to do about this payment now.",
                "No tienes nada que hacer ahora con este pago.");
    }

    static MingaException later() {
        return MingaException.of(
                        ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "payments.provider-unavailable"),
                        "The payment provider does not answer now. You will not be charged twice;"
                                + " try again in a moment.",
                        "El proveedor de pagos no responde ahora. No se te cobrará dos veces;"
                                + " inténtalo en un momento.")
                .retryAfter(Duration.ofSeconds(10));
    }
}
