package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.Mode;

import java.util.List;
import java.util.Optional;

/**
 * One PayPal app, as configured.
 *
 * @param webhookId PayPal's id of our webhook; blank when there is none
 * @param merchant the account that must receive the money; empty for whichever PayPal says
 * @param brand shown on PayPal's page; empty for the account's own name
 * @param currencies ISO 4217 codes
 * @param check how webhooks are proven genuine
 */
record Settings(
        Mode mode,
        String clientId,
        String secret,
        String webhookId,
        Optional<String> merchant,
        Optional<String> brand,
        List<String> currencies,
        Check check) {

    /** How webhooks are proven genuine. */
    enum Check {
        /** PayPal is asked about each. */
        ONLINE,
        /** By PayPal's certificate, fetched once. */
        OFFLINE
    }

    private static final String WEBHOOKS = "webhooks";

    static ConfigSchema schema() {
        return ConfigSchema.of(
                Field.of(
                                "mode",
                                FieldType.choice(
                                        new FieldType.Option(
                                                "sandbox",
                                                Text.of(
                                                        "Sandbox: nobody pays",
                                                        "Sandbox: nadie paga")),
                                        new FieldType.Option(
                                                "live",
                                                Text.of("Live: real money", "Real: dinero real"))),
                                Text.of("Mode", "Modo"))
                        .or("sandbox")
                        .explained(
                                Text.of(
                                        "Sandbox and live have credentials of their own. Make a"
                                                + " second provider for the other one.",
                                        "Sandbox y real tienen cada uno sus credenciales. Crea un"
                                                + " segundo proveedor para el otro."))
                        .needed(),
                Field.of(
                                "client_id",
                                FieldType.line("[A-Za-z0-9_-]{10,200}"),
                                Text.of("Client ID", "Client ID"))
                        .explained(
                                Text.of(
                                        "developer.paypal.com → Apps & Credentials → your app.",
                                        "developer.paypal.com → Apps & Credentials → tu app."))
                        .needed(),
                Field.of("client_secret", FieldType.secret(), Text.of("Secret", "Secreto"))
                        .explained(
                                Text.of(
                                        "Beside the client ID. Stored encrypted.",
                                        "Junto al client ID. Se guarda cifrado."))
                        .needed(),
                Field.of(
                                "currencies",
                                FieldType.lines(22, "[A-Z]{3}"),
                                Text.of("Currencies", "Monedas"))
                        .or("USD")
                        .explained(
                                Text.of(
                                        "Those your account receives, one per line.",
                                        "Las que tu cuenta recibe, una por línea.")),
                Field.of("webhook_id", FieldType.line(), Text.of("Webhook ID", "Webhook ID"))
                        .explained(
                                Text.of(
                                        "PayPal shows it once you have added this host's address"
                                                + " /hooks/<provider> to the app. It is not the id"
                                                + " of an event.",
                                        "PayPal lo muestra cuando has añadido a la app la dirección"
                                                + " /hooks/<proveedor> de este host. No es el id de"
                                                + " un evento."))
                        .in(WEBHOOKS)
                        .needed(),
                Field.of(
                                "webhook_check",
                                FieldType.choice(
                                        new FieldType.Option(
                                                "online",
                                                Text.of("Ask PayPal", "Preguntar a PayPal")),
                                        new FieldType.Option(
                                                "offline",
                                                Text.of(
                                                        "By PayPal's certificate",
                                                        "Con el certificado de PayPal"))),
                                Text.of("Webhooks are proven", "Los webhooks se prueban"))
                        .or("online")
                        .explained(
                                Text.of(
                                        "Asking takes one request per webhook; the certificate is"
                                                + " fetched once.",
                                        "Preguntar cuesta una petición por webhook; el certificado"
                                                + " se descarga una vez."))
                        .in(WEBHOOKS)
                        .asAdvanced(),
                Field.of(
                                "merchant_id",
                                FieldType.line("[A-Z0-9]{10,20}"),
                                Text.of("Merchant ID", "Merchant ID"))
                        .explained(
                                Text.of(
                                        "When given, an order for any other account is refused.",
                                        "Si se indica, se rechaza un pedido para cualquier otra"
                                                + " cuenta."))
                        .asAdvanced(),
                Field.of(
                                "brand_name",
                                FieldType.line(".{1,127}"),
                                Text.of("Name on PayPal's page", "Nombre en la página de PayPal"))
                        .asAdvanced());
    }

    static Settings of(ProviderConfig config) {
        return new Settings(
                config.text("mode").equals("live") ? Mode.LIVE : Mode.TEST,
                config.text("client_id"),
                config.text("client_secret"),
                config.text("webhook_id").strip(),
                config.optionalText("merchant_id"),
                config.optionalText("brand_name"),
                config.list("currencies").stream().distinct().toList(),
                config.text("webhook_check").equals("offline") ? Check.OFFLINE : Check.ONLINE);
    }

    /** It holds a secret. */
    @Override
    public String toString() {
        return "Settings[mode=" + mode + "]";
    }
}
