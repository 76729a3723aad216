package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.AmountRange;
import coop.minga.plugin.api.payment.Mode;

import java.time.Duration;
import java.util.Currency;
import java.util.List;
import java.util.Optional;

/**
 * One bank account, as configured.
 *
 * @param more what else a payer needs, in the operator's words
 * @param prefix of references
 * @param openFor how long a transfer is waited for
 * @param columns names of the statement's columns where ours do not find them
 */
record Settings(
        Mode mode,
        String holder,
        String bank,
        String account,
        Optional<String> more,
        List<String> currencies,
        String prefix,
        Duration openFor,
        Columns columns) {

    /** Names of columns; empty ones are looked for by their usual names. */
    record Columns(Optional<String> text, Optional<String> amount, Optional<String> currency) {}

    private static final long MOST = 100_000_000_000L;

    static ConfigSchema schema() {
        return ConfigSchema.of(
                Field.of(
                                "mode",
                                FieldType.choice(
                                        new FieldType.Option(
                                                "live", Text.of("Real money", "Dinero real")),
                                        new FieldType.Option(
                                                "test",
                                                Text.of(
                                                        "Test: for a trial host",
                                                        "Prueba: para un host de prueba"))),
                                Text.of("Mode", "Modo"))
                        .or("live")
                        .needed(),
                line("holder", Text.of("Account holder", "Titular de la cuenta")).needed(),
                line("bank", Text.of("Bank", "Banco")).needed(),
                line("account", Text.of("Account number or IBAN", "Número de cuenta o IBAN"))
                        .explained(
                                Text.of(
                                        "As the payer has to type it.",
                                        "Como debe escribirlo quien paga."))
                        .needed(),
                Field.of(
                                "more",
                                FieldType.area(500),
                                Text.of("What else is needed", "Qué más hace falta"))
                        .explained(
                                Text.of(
                                        "For example the kind of account, a tax number, a SWIFT"
                                                + " code.",
                                        "Por ejemplo el tipo de cuenta, un RUC, un código SWIFT.")),
                Field.of(
                                "currencies",
                                FieldType.lines(10, "[A-Z]{3}"),
                                Text.of("Currencies", "Monedas"))
                        .or("USD"),
                Field.of(
                                "open_for",
                                FieldType.span(Duration.ofDays(1), Duration.ofDays(60)),
                                Text.of("A transfer is waited for", "Una transferencia se espera"))
                        .or("14d")
                        .explained(
                                Text.of(
                                        "Money that comes later still counts once you confirm it.",
                                        "El dinero que llega después cuenta cuando lo"
                                                + " confirmas.")),
                Field.of(
                                "prefix",
                                FieldType.line("[A-Z]{2,5}"),
                                Text.of("References begin with", "Las referencias empiezan por"))
                        .or("MNG")
                        .asAdvanced(),
                column("statement_text", Text.of("Column with the text", "Columna del texto")),
                column("statement_amount", Text.of("Column with the amount", "Columna del monto")),
                column(
                        "statement_currency",
                        Text.of("Column with the currency", "Columna de la moneda")));
    }

    private static Field line(String name, Text label) {
        return Field.of(name, FieldType.line(".{1,140}"), label);
    }

    private static Field column(String name, Text label) {
        return Field.of(name, FieldType.line(".{1,60}"), label)
                .explained(
                        Text.of(
                                "As in the first line of your bank's CSV; empty to find it by its"
                                        + " usual names.",
                                "Como en la primera línea del CSV de tu banco; vacío para buscarla"
                                        + " por sus nombres habituales."))
                .in("statements")
                .asAdvanced();
    }

    static Settings of(ProviderConfig config) {
        return new Settings(
                config.text("mode").equals("live") ? Mode.LIVE : Mode.TEST,
                config.text("holder"),
                config.text("bank"),
                config.text("account"),
                config.optionalText("more").filter(text -> !text.isBlank()),
                config.list("currencies").stream().distinct().toList(),
                config.text("prefix"),
                config.duration("open_for"),
                new Columns(
                        config.optionalText("statement_text"),
                        config.optionalText("statement_amount"),
                        config.optionalText("statement_currency")));
    }

    List<AmountRange> accepts() {
        return currencies.stream()
                .flatMap(code -> asset(code).stream())
                .map(asset -> AmountRange.of(asset, 100, MOST))
                .toList();
    }

    static Optional<Asset> asset(String code) {
        try {
            int scale = Currency.getInstance(code).getDefaultFractionDigits();
            return scale < 0 ? Optional.empty() : Optional.of(new Asset(code, scale));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
