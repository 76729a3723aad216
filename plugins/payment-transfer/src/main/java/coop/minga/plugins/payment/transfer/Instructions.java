package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugin.api.payment.CheckoutPage.Fact;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The page that tells a payer where to send the money. */
final class Instructions {

    private static final String NUMBER = "transaction_number";
    private static final String RECEIPT = "receipt";

    private Instructions() {}

    static CheckoutPage page(Transfer transfer, Settings settings) {
        Money amount = transfer.amount();
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(Text.of("Reference", "Referencia"), transfer.begun().text("code")));
        facts.add(
                new Fact(
                        Text.of("Amount", "Monto"),
                        BigDecimal.valueOf(amount.minor(), amount.asset().scale()).toPlainString()
                                + " "
                                + amount.asset().code()));
        facts.add(new Fact(Text.of("Account holder", "Titular"), settings.holder()));
        facts.add(new Fact(Text.of("Bank", "Banco"), settings.bank()));
        facts.add(new Fact(Text.of("Account", "Cuenta"), settings.account()));
        settings.more().ifPresent(more -> facts.add(new Fact(Text.of("Also", "Además"), more)));
        return CheckoutPage.of(
                        Text.of(
                                "Send exactly this amount from your bank and write the reference in"
                                        + " the transfer's text: that is how we know it is yours."
                                        + " Then tell us that you sent it.",
                                "Envía exactamente este monto desde tu banco y escribe la"
                                        + " referencia en el concepto: así sabemos que es tuyo."
                                        + " Luego dinos que lo enviaste."),
                        ConfigSchema.of(
                                Field.of(
                                                NUMBER,
                                                FieldType.line(".{1,60}"),
                                                Text.of(
                                                        "Your bank's transaction number",
                                                        "Número de transacción de tu banco"))
                                        .explained(
                                                Text.of(
                                                        "It helps us to find the transfer.",
                                                        "Nos ayuda a encontrar la"
                                                                + " transferencia.")),
                                Field.of(
                                                RECEIPT,
                                                FieldType.area(4000),
                                                Text.of(
                                                        "Text of the receipt",
                                                        "Texto del comprobante"))
                                        .explained(
                                                Text.of(
                                                        "Paste it here if your bank shows one.",
                                                        "Pégalo aquí si tu banco lo muestra."))),
                        Text.of("I have sent it", "Ya lo envié"))
                .withFacts(facts);
    }

    static Doc told(Doc doc, ProviderConfig values) {
        return doc.with(NUMBER, values.optionalText(NUMBER).orElse(""))
                .with(RECEIPT, values.optionalText(RECEIPT).orElse(""));
    }
}
