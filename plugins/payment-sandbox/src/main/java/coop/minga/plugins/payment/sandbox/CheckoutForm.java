package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.CheckoutPage;
import coop.minga.plugins.payment.sandbox.Step.What;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** The page on which a payer chooses how the test goes. */
final class CheckoutForm {

    static final String CARD = "card";
    static final String ANSWER = "answer";

    private CheckoutForm() {}

    static CheckoutPage page(History history) {
        return history.awaitsAnswer() ? confirmation() : cards();
    }

    private static CheckoutPage cards() {
        List<FieldType.Option> options = Arrays.stream(Card.values()).map(Card::option).toList();
        return CheckoutPage.of(
                Text.of(
                        "This is test money: nobody pays and nothing is charged. Choose how the"
                                + " payment goes.",
                        "Esto es dinero de prueba: nadie paga y no se cobra nada. Elige cómo va"
                                + " el pago."),
                ConfigSchema.of(
                        Field.of(
                                        CARD,
                                        new FieldType.Choice(options),
                                        Text.of("Test card", "Tarjeta de prueba"))
                                .or(Card.SUCCEEDS.number())
                                .needed()),
                Text.of("Pay with test money", "Pagar con dinero de prueba"));
    }

    private static CheckoutPage confirmation() {
        return CheckoutPage.of(
                Text.of(
                        "This is where a bank would ask the payer. Nobody pays and nothing is"
                                + " charged.",
                        "Aquí preguntaría un banco a quien paga. Nadie paga y no se cobra nada."),
                ConfigSchema.of(
                        Field.of(
                                        ANSWER,
                                        FieldType.choice(
                                                new FieldType.Option(
                                                        "confirm",
                                                        Text.of("Yes, it is me", "Sí, soy yo")),
                                                new FieldType.Option(
                                                        "deny",
                                                        Text.of("No, refuse", "No, rechazar"))),
                                        Text.of("Is this payment yours?", "¿Este pago es tuyo?"))
                                .or("confirm")
                                .needed()),
                Text.of("Answer the test bank", "Responder al banco de prueba"));
    }

    /** What the payer's choice means. */
    static Step step(History history, ProviderConfig values, Instant at) {
        if (history.awaitsAnswer()) {
            if (!values.has(ANSWER)) {
                throw new ProviderException(
                        ProviderException.Code.INVALID_REQUEST, "The bank waits for an answer");
            }
            return Step.of(What.STEP_ANSWERED, at).with(ANSWER, values.text(ANSWER));
        }
        Card card =
                values.optionalText(CARD)
                        .flatMap(Card::of)
                        .orElseThrow(() ->
                                new ProviderException(
                                        ProviderException.Code.INVALID_REQUEST,
                                        "There is no such test card"));
        return Step.of(What.CARD_CHOSEN, at).with(CARD, card.number());
    }
}
