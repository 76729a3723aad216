package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProbeResult.Check;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Looks whether PayPal would work, without changing anything there. */
final class Probe {

    private static final String PAYOUTS = "https://uri.paypal.com/payments/payouts";

    private static final Text CREDENTIALS = Text.of("Credentials", "Credenciales");
    private static final Text WEBHOOK = Text.of("Webhook");
    private static final Text SUBSCRIBED = Text.of("Subscribed events", "Eventos suscritos");

    private final ProviderContext context;
    private final Settings settings;
    private final Api api;

    Probe(ProviderContext context, Settings settings, Api api) {
        this.context = context;
        this.settings = settings;
        this.api = api;
    }

    ProbeResult look(Call call) {
        List<Check> needed = new ArrayList<>();
        List<Check> useful = new ArrayList<>();
        needed.add(currencies());
        Set<String> scopes = credentials(call, needed);
        boolean connected = needed.stream().allMatch(Check::ok);
        needed.add(webhookId());
        if (connected && needed.getLast().ok()) {
            webhook(call, needed, useful);
        }
        if (connected) {
            useful.add(
                    scope(
                            scopes.contains(History.SCOPE),
                            Text.of("Transaction search", "Búsqueda de transacciones"),
                            Text.of(
                                    "without it PayPal's books are not compared with ours",
                                    "sin ella los libros de PayPal no se comparan con los"
                                            + " nuestros"),
                            Text.of(
                                    "Switch on Transaction Search in the app's features, then wait"
                                            + " for a new token (up to nine hours).",
                                    "Activa Transaction Search en las funciones de la app y espera"
                                            + " un token nuevo (hasta nueve horas).")));
            useful.add(
                    scope(
                            scopes.contains(PAYOUTS),
                            Text.of("Payouts", "Pagos a terceros"),
                            Text.of(
                                    "without them nobody is paid out by PayPal",
                                    "sin ellos no se paga a nadie por PayPal"),
                            Text.of(
                                    "Ask PayPal to enable Payouts for the account, then switch it"
                                            + " on in the app's features.",
                                    "Pide a PayPal que habilite Payouts en la cuenta y actívalo en"
                                            + " las funciones de la app.")));
        }
        List<Check> all = new ArrayList<>(needed);
        all.addAll(useful);
        if (!needed.stream().allMatch(Check::ok)) {
            return new ProbeResult(ProbeResult.Status.FAILED, all);
        }
        return useful.stream().allMatch(Check::ok)
                ? ProbeResult.of(all)
                : ProbeResult.degraded(all);
    }

    private Check currencies() {
        Text name = Text.of("Currencies", "Monedas");
        Set<String> strange = new TreeSet<>(settings.currencies());
        strange.removeIf(Cash::isTaken);
        return strange.isEmpty() && !settings.currencies().isEmpty()
                ? Check.passed(name, String.join(", ", settings.currencies()))
                : Check.failed(
                        name,
                        strange.isEmpty() ? "—" : String.join(", ", strange),
                        Text.of(
                                "Name currencies that PayPal takes with the usual decimals, such"
                                        + " as USD or EUR.",
                                "Indica monedas que PayPal acepta con los decimales usuales, como"
                                        + " USD o EUR."));
    }

    private Set<String> credentials(Call call, List<Check> checks) {
        try {
            Set<String> scopes = api.tokens().fetch(call).scopes();
            checks.add(
                    Check.passed(CREDENTIALS, Text.of("PayPal accepts them", "PayPal las acepta")));
            return scopes;
        } catch (ProviderException e) {
            boolean refused = e.code() == ProviderException.Code.UNAUTHENTICATED;
            checks.add(
                    Check.failed(
                            CREDENTIALS,
                            e.reason(),
                            refused
                                    ? Text.of(
                                            "Copy both again from the app; sandbox and live have"
                                                    + " different ones.",
                                            "Cópialas otra vez de la app; sandbox y real tienen"
                                                    + " distintas.")
                                    : Text.of(
                                            "Check that this host reaches PayPal's API over HTTPS,"
                                                    + " and try again.",
                                            "Comprueba que este host llega a la API de PayPal por"
                                                    + " HTTPS y reintenta.")));
            return Set.of();
        }
    }

    private Check webhookId() {
        Text name = Text.of("Webhook ID");
        return settings.webhookId().isEmpty()
                ? Check.failed(
                        name,
                        Text.of("it is blank", "está en blanco"),
                        Text.of(
                                "Add " + address() + " as a webhook of the app and copy its ID.",
                                "Añade " + address() + " como webhook de la app y copia su ID."))
                : Check.passed(name, Text.of("set", "puesto"));
    }

    private String address() {
        String base = context.publicUrl().toString();
        return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                + "/hooks/"
                + context.name();
    }

    private void webhook(Call call, List<Check> needed, List<Check> useful) {
        JsonNode webhook;
        try {
            webhook = api.get(call, "/v1/notifications/webhooks/" + path(settings.webhookId()));
        } catch (Refusal refusal) {
            boolean gone = refusal.status() == 404 || refusal.status() == 400;
            needed.add(
                    Check.failed(
                            WEBHOOK,
                            gone
                                    ? Text.of(
                                            "PayPal knows no webhook of this ID",
                                            "PayPal no conoce ningún webhook con este ID")
                                    : refusal.asFailure().reason(),
                            Text.of(
                                    "Copy the webhook's ID from the app these credentials belong"
                                            + " to.",
                                    "Copia el ID del webhook de la app de estas credenciales.")));
            return;
        } catch (ProviderException e) {
            needed.add(
                    Check.failed(
                            WEBHOOK,
                            e.reason(),
                            Text.of("Try again in a moment.", "Reintenta en un momento.")));
            return;
        }
        String url = webhook.path("url").asText("");
        useful.add(
                url.equals(address())
                        ? Check.passed(WEBHOOK, url)
                        : Check.failed(
                                WEBHOOK,
                                Text.of(
                                        "it goes to another address than " + address(),
                                        "va a otra dirección que " + address()),
                                Text.of(
                                        "Change the webhook's address at PayPal, or this host's"
                                                + " public address.",
                                        "Cambia la dirección del webhook en PayPal o la dirección"
                                                + " pública de este host.")));
        useful.add(subscribed(webhook));
    }

    /** One path segment: the ID was typed by a person. */
    private static String path(String id) {
        return id.replaceAll("[^A-Za-z0-9-]", "_");
    }

    private static Check subscribed(JsonNode webhook) {
        Set<String> there = new HashSet<>();
        webhook.path("event_types").forEach(type -> there.add(type.path("name").asText("")));
        Set<String> missing = new TreeSet<>(HookEvents.NEEDED);
        missing.removeAll(there);
        return there.contains("*") || missing.isEmpty()
                ? Check.passed(SUBSCRIBED, Text.of("all that are needed", "todos los necesarios"))
                : Check.failed(
                        SUBSCRIBED,
                        Text.of(
                                "missing: " + String.join(", ", missing),
                                "faltan: " + String.join(", ", missing)),
                        Text.of(
                                "Add them to the webhook at PayPal, or choose all events.",
                                "Añádelos al webhook en PayPal o elige todos los eventos."));
    }

    private static Check scope(boolean there, Text name, Text without, Text fix) {
        return there
                ? Check.passed(name, Text.of("allowed", "permitida"))
                : Check.failed(name, without, fix);
    }
}
