package coop.minga.plugins.payment.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.PaymentMethod;
import com.stripe.model.SetupIntent;
import com.stripe.model.checkout.Session;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerSearchParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.SavedMethod;
import coop.minga.plugin.api.payment.SetupHandle;
import coop.minga.plugin.api.payment.SetupRequest;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Saves cards on Stripe's own page: numbers never come near this host. */
final class Setups {

    private static final String PAYER = "minga_payer";

    private final StripeApi api;
    private final Tags tags;
    private final Found found;
    private final Clock clock;

    Setups(StripeApi api, Tags tags, Found found, Clock clock) {
        this.api = api;
        this.tags = tags;
        this.found = found;
        this.clock = clock;
    }

    MethodSetup setup(Call call, SetupRequest request) {
        return api.ask(
                call,
                stripe -> {
                    Optional<Session> before = found.session(stripe, Tags.Way.SETUP, call.key());
                    if (before.isPresent()) {
                        requireSame(before.get(), request);
                        return told(Found.session(stripe, before.get().getId()));
                    }
                    Session session =
                            stripe.checkout()
                                    .sessions()
                                    .create(
                                            params(
                                                    call,
                                                    request,
                                                    customer(stripe, request.payer())),
                                            StripeApi.once(call.key(), "setup"));
                    return told(
                            StripeApi.isOld(session.getLastResponse())
                                    ? Found.session(stripe, session.getId())
                                    : session);
                });
    }

    private static void requireSame(Session before, SetupRequest request) {
        if (!Tags.reference(before.getMetadata()).equals(request.reference())) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    Text.of(
                            "The key was used before to save another card.",
                            "La clave se usó antes para guardar otra tarjeta."));
        }
    }

    private SessionCreateParams params(Call call, SetupRequest request, String customer) {
        Map<String, String> metadata = tags.of(Tags.Way.SETUP, call.key(), request.reference());
        return SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.SETUP)
                .setCustomer(customer)
                .addPaymentMethodType(SessionCreateParams.PaymentMethodType.CARD)
                .setClientReferenceId(request.reference())
                .setSuccessUrl(request.returnUrl().toString())
                .setCancelUrl(request.cancelUrl().toString())
                .setLocale(Checkouts.locale(request.payer().language()))
                .setSetupIntentData(
                        SessionCreateParams.SetupIntentData.builder()
                                .putAllMetadata(metadata)
                                .build())
                .putAllMetadata(metadata)
                .build();
    }

    /**
     * Stripe's customer of a payer. Its search lags by a minute; until then the key gives the same
     * one.
     */
    private String customer(V1Services stripe, Payer payer) throws StripeException {
        String name = digest(tags.host() + "\0" + payer.reference());
        List<Customer> known =
                stripe.customers()
                        .search(
                                CustomerSearchParams.builder()
                                        .setQuery("metadata['" + PAYER + "']:'" + name + "'")
                                        .setLimit(1L)
                                        .build())
                        .getData();
        if (!known.isEmpty()) {
            return known.getFirst().getId();
        }
        CustomerCreateParams.Builder params =
                CustomerCreateParams.builder()
                        .putAllMetadata(
                                tags.of(
                                        Tags.Way.CUSTOMER,
                                        new IdempotencyKey(name),
                                        payer.reference()))
                        .putMetadata(PAYER, name);
        payer.email().ifPresent(params::setEmail);
        if (!payer.name().isBlank()) {
            params.setName(payer.name());
        }
        String inputs = digest(name + "\0" + payer.email().orElse("") + "\0" + payer.name());
        return stripe.customers()
                .create(params.build(), StripeApi.once(new IdempotencyKey(inputs), "customer"))
                .getId();
    }

    private static String digest(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    Optional<MethodSetup> find(Call call, IdempotencyKey key) {
        return api.ask(
                call,
                stripe -> {
                    Optional<Session> session = found.session(stripe, Tags.Way.SETUP, key);
                    return session.isEmpty()
                            ? Optional.empty()
                            : Optional.of(told(Found.session(stripe, session.get().getId())));
                });
    }

    MethodSetup observe(Call call, SetupHandle handle) {
        return api.ask(
                call,
                stripe -> {
                    Session session = Found.session(stripe, handle.value());
                    if (!"setup".equals(session.getMode())) {
                        throw Faults.missing();
                    }
                    return told(session);
                });
    }

    private MethodSetup told(Session session) {
        SetupHandle handle = new SetupHandle(session.getId());
        Mode mode = Seen.mode(session.getLivemode());
        SetupIntent intent = session.getSetupIntentObject();
        return switch (session.getStatus()) {
            case "open" ->
                    MethodSetup.requires(
                            handle,
                            mode,
                            new PaymentOutcome.Action.Redirect(
                                    URI.create(session.getUrl()),
                                    Optional.of(Seen.time(session.getExpiresAt()))));
            case "expired" ->
                    MethodSetup.declined(
                            handle,
                            mode,
                            clock.instant().isBefore(Seen.time(session.getExpiresAt()))
                                    ? DeclineReason.CANCELED_BY_HOST
                                    : DeclineReason.EXPIRED);
            case "complete" ->
                    intent == null
                            ? MethodSetup.unknown(handle, mode)
                            : told(handle, mode, session, intent);
            case null, default -> MethodSetup.unknown(handle, mode);
        };
    }

    private static MethodSetup told(
            SetupHandle handle, Mode mode, Session session, SetupIntent intent) {
        return switch (intent.getStatus()) {
            case "succeeded" ->
                    MethodSetup.saved(
                            handle,
                            mode,
                            saved(session.getCustomer(), intent.getPaymentMethodObject()));
            case "processing" -> MethodSetup.pending(handle, mode);
            case "requires_payment_method" ->
                    MethodSetup.declined(handle, mode, Declines.reason(intent.getLastSetupError()));
            case "canceled" -> MethodSetup.declined(handle, mode, DeclineReason.CANCELED_BY_HOST);
            case null, default -> MethodSetup.unknown(handle, mode);
        };
    }

    private static SavedMethod saved(String customer, PaymentMethod method) {
        SavedMethod saved =
                SavedMethod.of(
                        new SavedCards.Card(customer, method.getId()).handle(), Seen.label(method));
        PaymentMethod.Card card = method.getCard();
        if (card == null) {
            return saved;
        }
        SavedMethod dated =
                card.getExpYear() == null || card.getExpMonth() == null
                        ? saved
                        : saved.withExpires(
                                YearMonth.of(
                                        card.getExpYear().intValue(),
                                        card.getExpMonth().intValue()));
        return card.getFingerprint() == null ? dated : dated.withFingerprint(card.getFingerprint());
    }
}
