package coop.minga.plugins.payment.stripe;

import com.stripe.exception.AuthenticationException;
import com.stripe.exception.PermissionException;
import com.stripe.exception.StripeException;
import com.stripe.model.Account;
import com.stripe.model.Balance;
import com.stripe.model.WebhookEndpoint;
import com.stripe.net.StripeResponse;
import com.stripe.param.WebhookEndpointListParams;
import com.stripe.param.checkout.SessionListParams;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProbeResult.Check;
import coop.minga.plugin.api.ProbeResult.Status;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Mode;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether payments can work now, by reading only: in the order in which one mends them. */
final class Preflight {

    private static final Text KEY = Text.of("Secret key", "Clave secreta");
    private static final Text HOOKS = Text.of("Webhook", "Webhook");
    private static final Text CLOCK = Text.of("Clock", "Reloj");
    private static final Text ACCOUNT = Text.of("Account", "Cuenta");
    private static final Text CHECKOUT = Text.of("Checkout", "Página de pago");

    private static final Duration SKEW = Duration.ofMinutes(2);

    /** Without these a payment is seen only when the host asks. */
    private static final List<String> EVENTS =
            List.of(
                    "checkout.session.completed",
                    "checkout.session.expired",
                    "checkout.session.async_payment_succeeded",
                    "checkout.session.async_payment_failed",
                    "payment_intent.succeeded",
                    "payment_intent.payment_failed",
                    "payment_intent.canceled",
                    "refund.updated",
                    "refund.failed",
                    "charge.dispute.created",
                    "charge.dispute.updated",
                    "charge.dispute.closed");

    private final StripeApi api;
    private final StripeConfig config;
    private final ProviderContext context;

    Preflight(StripeApi api, StripeConfig config, ProviderContext context) {
        this.api = api;
        this.config = config;
        this.context = context;
    }

    ProbeResult run(Call call) {
        List<Check> checks = new ArrayList<>();
        checks.add(secret());
        // The host tries what failed every few seconds: Stripe is asked when the rest is well.
        if (!checks.getFirst().ok() || !key(call, checks)) {
            return new ProbeResult(Status.FAILED, checks);
        }
        checks.add(checkout(call));
        checks.add(account(call));
        boolean works = checks.stream().allMatch(Check::ok);
        Check hooks = endpoint(call);
        checks.add(hooks);
        if (!works) {
            return new ProbeResult(Status.FAILED, checks);
        }
        return hooks.ok() ? ProbeResult.of(checks) : ProbeResult.degraded(checks);
    }

    private Check secret() {
        Text name = Text.of("Webhook secret", "Secreto del webhook");
        return config.hookSecrets().isEmpty()
                ? Check.failed(
                        name,
                        Text.of(
                                "there is no webhook signing secret",
                                "no hay secreto de firma del webhook"),
                        Text.of(
                                "In Stripe's dashboard add an endpoint with the address "
                                        + address()
                                        + " and enter its signing secret (whsec_…) here.",
                                "En el panel de Stripe añade un punto de conexión con la dirección "
                                        + address()
                                        + " y pon aquí su secreto de firma (whsec_…)."))
                : Check.passed(name, Text.of("set", "puesto"));
    }

    /** Whether Stripe takes the key, is in the mode it should be, and tells our time. */
    private boolean key(Call call, List<Check> checks) {
        try {
            Balance balance = api.tell(call, stripe -> stripe.balance().retrieve());
            Mode seen = Seen.mode(balance.getLivemode());
            if (seen != config.mode()) {
                checks.add(
                        Check.failed(
                                KEY,
                                Text.of(
                                        "Stripe answers in the other mode",
                                        "Stripe responde en el otro modo"),
                                Text.of(
                                        "Use a key of the mode that is set.",
                                        "Usa una clave del modo configurado.")));
                return false;
            }
            checks.add(
                    Check.passed(
                            KEY,
                            seen == Mode.LIVE
                                    ? Text.of("accepted, real money", "aceptada, dinero real")
                                    : Text.of("accepted, test mode", "aceptada, modo de prueba")));
            checks.add(clock(balance));
            return true;
        } catch (PermissionException _) {
            checks.add(
                    Check.passed(
                            KEY,
                            Text.of(
                                    "accepted, may not read the balance",
                                    "aceptada, no puede leer el saldo")));
            return true;
        } catch (AuthenticationException e) {
            api.note(e);
            checks.add(
                    Check.failed(
                            KEY,
                            Text.of(
                                    "Stripe does not accept the secret key",
                                    "Stripe no acepta la clave secreta"),
                            Text.of(
                                    "Enter a key from the dashboard, Developers, API keys.",
                                    "Pon una clave del panel, Desarrolladores, Claves de API.")));
            return false;
        } catch (StripeException | ProviderException e) {
            checks.add(
                    Check.failed(
                            Text.of("Stripe", "Stripe"),
                            Text.of("Stripe cannot be reached", "no se puede llegar a Stripe"),
                            Text.of(
                                    "Check that this host reaches " + config.base() + ".",
                                    "Comprueba que este servidor llega a " + config.base() + ".")));
            return false;
        }
    }

    private Check clock(Balance balance) {
        Optional<Instant> theirs = date(balance.getLastResponse());
        if (theirs.isEmpty()) {
            return Check.passed(CLOCK, Text.of("not told", "no se dice"));
        }
        Duration off = Duration.between(theirs.get(), context.clock().instant()).abs();
        return off.compareTo(SKEW) > 0
                ? Check.failed(
                        CLOCK,
                        Text.of(
                                "this clock is " + off.toSeconds() + " s away from Stripe's",
                                "este reloj difiere " + off.toSeconds() + " s del de Stripe"),
                        Text.of(
                                "Set this machine's clock (NTP): webhooks are refused when it is"
                                        + " off.",
                                "Pon en hora esta máquina (NTP): con la hora mal se rechazan los"
                                        + " webhooks."))
                : Check.passed(CLOCK, Text.of("agrees", "coincide"));
    }

    private static Optional<Instant> date(StripeResponse answer) {
        try {
            return answer.headers()
                    .firstValue("Date")
                    .map(text -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private Check checkout(Call call) {
        try {
            api.tell(
                    call,
                    stripe ->
                            stripe.checkout()
                                    .sessions()
                                    .list(SessionListParams.builder().setLimit(1L).build()));
            return Check.passed(CHECKOUT, Text.of("can be opened", "se puede abrir"));
        } catch (StripeException | ProviderException e) {
            return Check.failed(
                    CHECKOUT,
                    Text.of(
                            "this key may not open Stripe's page",
                            "esta clave no puede abrir la página de Stripe"),
                    Text.of(
                            "Give the restricted key write access to Checkout Sessions,"
                                    + " PaymentIntents, Refunds, Customers, PaymentMethods and"
                                    + " Disputes.",
                            "Da a la clave restringida permiso de escritura en Checkout Sessions,"
                                    + " PaymentIntents, Refunds, Customers, PaymentMethods y"
                                    + " Disputes."));
        }
    }

    private Check account(Call call) {
        try {
            Account account = api.tell(call, stripe -> stripe.accounts().retrieveCurrent());
            if (Boolean.FALSE.equals(account.getChargesEnabled())) {
                return Check.failed(
                        ACCOUNT,
                        Text.of(
                                "the Stripe account may not take payments yet",
                                "la cuenta de Stripe todavía no puede cobrar"),
                        Text.of(
                                "Finish the activation in Stripe's dashboard.",
                                "Termina la activación en el panel de Stripe."));
            }
            return Check.passed(ACCOUNT, account.getId());
        } catch (PermissionException _) {
            return Check.passed(
                    ACCOUNT, Text.of("this key may not look", "esta clave no puede mirar"));
        } catch (StripeException | ProviderException e) {
            return Check.failed(
                    ACCOUNT,
                    Text.of(
                            "the Stripe account could not be read",
                            "no se pudo leer la cuenta de Stripe"),
                    Text.of("Test again in a minute.", "Prueba otra vez en un minuto."));
        }
    }

    private Check endpoint(Call call) {
        try {
            List<WebhookEndpoint> all =
                    api.tell(
                            call,
                            stripe ->
                                    stripe.webhookEndpoints()
                                            .list(
                                                    WebhookEndpointListParams.builder()
                                                            .setLimit(100L)
                                                            .build())
                                            .getData());
            Optional<WebhookEndpoint> ours =
                    all.stream()
                            .filter(each -> address().equals(each.getUrl()))
                            .filter(each -> "enabled".equals(each.getStatus()))
                            .findFirst();
            return ours.map(this::events).orElseGet(this::nobodyListens);
        } catch (PermissionException _) {
            return Check.passed(
                    HOOKS, Text.of("this key may not look", "esta clave no puede mirar"));
        } catch (StripeException | ProviderException e) {
            return Check.failed(
                    HOOKS,
                    Text.of(
                            "Stripe's webhook endpoints could not be looked up",
                            "no se pudieron consultar los puntos de conexión de Stripe"),
                    Text.of("Test again in a minute.", "Prueba otra vez en un minuto."));
        }
    }

    private Check events(WebhookEndpoint endpoint) {
        List<String> enabled = endpoint.getEnabledEvents();
        List<String> missing =
                enabled.contains("*")
                        ? List.of()
                        : EVENTS.stream().filter(event -> !enabled.contains(event)).toList();
        String names = String.join(", ", missing);
        return missing.isEmpty()
                ? Check.passed(HOOKS, address())
                : Check.failed(
                        HOOKS,
                        Text.of(
                                "the webhook endpoint does not send " + names,
                                "el punto de conexión no envía " + names),
                        Text.of(
                                "Add these events to the endpoint in Stripe's dashboard.",
                                "Añade esos eventos al punto de conexión en el panel de Stripe."));
    }

    /** While testing, Stripe's command line may forward webhooks without an endpoint. */
    private Check nobodyListens() {
        if (config.mode() == Mode.TEST) {
            return Check.passed(
                    HOOKS,
                    Text.of(
                            "no endpoint for "
                                    + address()
                                    + "; well while testing with `stripe"
                                    + " listen`",
                            "no hay punto de conexión para "
                                    + address()
                                    + "; vale mientras se"
                                    + " prueba con `stripe listen`"));
        }
        return Check.failed(
                HOOKS,
                Text.of(
                        "Stripe has no webhook endpoint for " + address(),
                        "Stripe no tiene punto de conexión para " + address()),
                Text.of(
                        "Add it in Stripe's dashboard, Developers, Webhooks: until then payments"
                                + " are noticed minutes late.",
                        "Añádelo en el panel de Stripe, Desarrolladores, Webhooks: hasta entonces"
                                + " los pagos se notan con minutos de retraso."));
    }

    private String address() {
        return context.publicUrl().toString().replaceAll("/+$", "") + "/hooks/" + context.name();
    }
}
