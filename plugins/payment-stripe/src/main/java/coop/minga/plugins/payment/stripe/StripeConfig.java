package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.Mode;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the operator says of a Stripe account.
 *
 * @param mode test or live, and the key is of the same
 * @param secretKey lets its bearer move money
 * @param hookSecrets what webhooks are checked by: the account's own first, then Connect's; blank
 *     ones left out
 * @param accepts what amounts are taken
 * @param base where Stripe is
 */
record StripeConfig(
        Mode mode,
        String secretKey,
        List<String> hookSecrets,
        List<AmountRange> accepts,
        String base) {

    static final String MODE = "mode";
    static final String SECRET_KEY = "secret_key";
    static final String WEBHOOK_SECRET = "webhook_secret";
    static final String CONNECT_SECRET = "connect_webhook_secret";
    static final String CURRENCIES = "currencies";
    static final String API_BASE = "api_base";

    private static final String STRIPE = "https://api.stripe.com";
    private static final Pattern KEY = Pattern.compile("(?:sk|rk)_(test|live)_[A-Za-z0-9_]{6,250}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    static ConfigSchema schema() {
        return ConfigSchema.of(
                Field.of(
                                MODE,
                                FieldType.choice(
                                        new FieldType.Option("test", Text.of("Test", "Prueba")),
                                        new FieldType.Option(
                                                "live", Text.of("Real money", "Dinero real"))),
                                Text.of("Mode", "Modo"))
                        .needed()
                        .or("test")
                        .explained(
                                Text.of(
                                        "Must fit the key, and cannot be changed later: add a"
                                                + " second instance for the other mode.",
                                        "Debe corresponder a la clave y no se puede cambiar"
                                            + " después: añade otra instancia para el otro modo.")),
                Field.of(SECRET_KEY, FieldType.secret(), Text.of("Secret key", "Clave secreta"))
                        .needed()
                        .explained(
                                Text.of(
                                        "From Stripe's dashboard, Developers, API keys: sk_… or a"
                                                + " restricted key rk_….",
                                        "Del panel de Stripe, Desarrolladores, Claves de API: sk_…"
                                                + " o una clave restringida rk_….")),
                Field.of(
                                WEBHOOK_SECRET,
                                FieldType.secret(),
                                Text.of("Webhook signing secret", "Secreto de firma del webhook"))
                        .explained(
                                Text.of(
                                        "whsec_… of the endpoint that points to this host's"
                                                + " /hooks/ followed by the name of this instance."
                                                + " Without it nothing works.",
                                        "whsec_… del punto de conexión que apunta a /hooks/ de este"
                                                + " servidor, seguido del nombre de esta instancia."
                                                + " Sin él no funciona nada.")),
                Field.of(
                                CURRENCIES,
                                FieldType.lines(20, "[A-Z]{3}"),
                                Text.of("Currencies", "Monedas"))
                        .needed()
                        .or("USD")
                        .explained(
                                Text.of(
                                        "What customers may pay in, for example USD or EUR.",
                                        "En qué pueden pagar los clientes, por ejemplo USD o"
                                                + " EUR.")),
                Field.of(
                                CONNECT_SECRET,
                                FieldType.secret(),
                                Text.of(
                                        "Connect's webhook signing secret",
                                        "Secreto de firma del webhook de Connect"))
                        .explained(
                                Text.of(
                                        "Only for payouts: of a second endpoint, to the same"
                                                + " address, that listens to connected accounts.",
                                        "Solo para pagos a terceros: de un segundo punto de"
                                                + " conexión, a la misma dirección, que escucha las"
                                                + " cuentas conectadas."))
                        .asAdvanced(),
                Field.of(
                                API_BASE,
                                FieldType.url("https", "http"),
                                Text.of("Stripe's address", "Dirección de Stripe"))
                        .or(STRIPE)
                        .explained(
                                Text.of(
                                        "Another one on this machine only, for tests.",
                                        "Otra solo en esta misma máquina, para pruebas."))
                        .asAdvanced());
    }

    /** Checks what the schema cannot: that key, mode, currencies and address fit together. */
    static StripeConfig of(ProviderConfig config) {
        Mode mode = Mode.valueOf(config.text(MODE).toUpperCase(Locale.ROOT));
        String key = config.text(SECRET_KEY).strip();
        requireKey(mode, key);
        List<String> secrets = new ArrayList<>();
        for (String name : List.of(WEBHOOK_SECRET, CONNECT_SECRET)) {
            config.optionalText(name)
                    .map(String::strip)
                    .filter(secret -> !secret.isEmpty())
                    .ifPresent(secrets::add);
        }
        boolean own = config.optionalText(WEBHOOK_SECRET).filter(s -> !s.isBlank()).isPresent();
        List<AmountRange> accepts =
                config.list(CURRENCIES).stream().distinct().map(StripeConfig::range).toList();
        return new StripeConfig(
                mode, key, own ? List.copyOf(secrets) : List.of(), accepts, base(config));
    }

    private static void requireKey(Mode mode, String key) {
        java.util.regex.Matcher shape = KEY.matcher(key);
        if (!shape.matches()) {
            throw misconfigured(
                    "The secret key begins with sk_test_, sk_live_, rk_test_ or rk_live_.",
                    "La clave secreta empieza con sk_test_, sk_live_, rk_test_ o rk_live_.");
        }
        if (!shape.group(1).equals(mode.name().toLowerCase(Locale.ROOT))) {
            throw misconfigured(
                    "The mode is " + mode.name().toLowerCase(Locale.ROOT) + ", the key is not.",
                    "El modo es " + mode.name().toLowerCase(Locale.ROOT) + ", la clave no.");
        }
    }

    private static AmountRange range(String code) {
        return Currencies.range(code)
                .orElseThrow(() ->
                        misconfigured(
                                "The currency " + code + " is not offered.",
                                "La moneda " + code + " no se ofrece."));
    }

    /** A key goes to Stripe, or stays on this machine. */
    private static String base(ProviderConfig config) {
        URI base = config.url(API_BASE);
        String text = base.toString().replaceAll("/+$", "");
        boolean near = base.getHost() != null && LOOPBACK.contains(base.getHost());
        if (!text.equals(STRIPE) && !near) {
            throw misconfigured(
                    "Stripe's address is " + STRIPE + ".",
                    "La dirección de Stripe es " + STRIPE + ".");
        }
        return text;
    }

    private static ProviderException misconfigured(String english, String spanish) {
        return new ProviderException(Code.MISCONFIGURED, Text.of(english, spanish));
    }

    @Override
    public String toString() {
        return "StripeConfig[" + mode + ", " + base + "]";
    }
}
