package coop.minga.plugins.payment.sandbox;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.payment.DeclineReason;

import java.util.Arrays;
import java.util.Optional;

/** The ways a test payment can go. */
enum Card {
    SUCCEEDS("4242", Text.of("4242 – works", "4242 – funciona")),
    NEEDS_A_STEP(
            "3220", Text.of("3220 – the bank asks to confirm", "3220 – el banco pide confirmar")),
    SETTLES_LATE("0077", Text.of("0077 – settles later", "0077 – se liquida después")),
    FAILS_LATE(
            "5126",
            Text.of("5126 – looks well, fails later", "5126 – parece ir bien, falla después")),
    DISPUTED("0259", Text.of("0259 – works, then disputed", "0259 – funciona, luego se disputa")),
    INSUFFICIENT_FUNDS(
            "9995",
            Text.of("9995 – insufficient funds", "9995 – fondos insuficientes"),
            DeclineReason.INSUFFICIENT_FUNDS),
    DECLINED("0002", Text.of("0002 – declined", "0002 – rechazada"), DeclineReason.CARD_DECLINED),
    EXPIRED("0069", Text.of("0069 – expired", "0069 – vencida"), DeclineReason.EXPIRED_CARD),
    INCORRECT_CVC(
            "0127",
            Text.of("0127 – wrong security code", "0127 – código de seguridad incorrecto"),
            DeclineReason.INCORRECT_CVC),
    PROCESSING_ERROR(
            "0119",
            Text.of("0119 – processing error", "0119 – error de proceso"),
            DeclineReason.TEMPORARY_FAILURE),
    TURNS_BACK(
            "back",
            Text.of("Turn back without paying", "Volver sin pagar"),
            DeclineReason.CANCELED_BY_PAYER);

    private final String number;
    private final Text label;
    private final Optional<DeclineReason> decline;

    Card(String number, Text label) {
        this.number = number;
        this.label = label;
        this.decline = Optional.empty();
    }

    Card(String number, Text label, DeclineReason decline) {
        this.number = number;
        this.label = label;
        this.decline = Optional.of(decline);
    }

    /** The last four digits; what the form sends. */
    String number() {
        return number;
    }

    /** Why the bank says no at once, where it does. */
    Optional<DeclineReason> decline() {
        return decline;
    }

    FieldType.Option option() {
        return new FieldType.Option(number, label);
    }

    static Optional<Card> of(String number) {
        return Arrays.stream(values()).filter(card -> card.number.equals(number)).findFirst();
    }
}
