package coop.minga.platform.payments;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.StatementLine;

/**
 * A statement line's verdict for people.
 *
 * @param code stable
 * @param forPerson whether somebody has to look
 */
record StatementWords(String code, Text text, boolean forPerson) {

    static StatementWords of(StatementLine.Verdict verdict) {
        return switch (verdict) {
            case PAID -> said("paid", "Paid a payment.", "Pagó un pago.");
            case ALREADY_TAKEN -> said("already_taken", "Was read before.", "Ya se había leído.");
            case NOT_OURS -> said("not_ours", "Names no payment.", "No nombra ningún pago.");
            case OTHER_AMOUNT ->
                    held(
                            "other_amount",
                            "The amount or currency is not the one asked for. Credit it by an"
                                    + " adjustment, or send it back.",
                            "El monto o la moneda no es lo pedido. Acredítalo con un ajuste o"
                                    + " devuélvelo.");
            case AMBIGUOUS ->
                    held(
                            "ambiguous",
                            "It names several payments, or several lines name this one. Confirm the"
                                    + " right one by hand.",
                            "Nombra varios pagos, o varias líneas nombran este. Confirma a mano el"
                                    + " correcto.");
            case NOT_WAITING ->
                    held(
                            "not_waiting",
                            "That payment waits for nothing: it is paid or was given up. Send the"
                                    + " money back, or credit it by an adjustment.",
                            "Ese pago no espera nada: está pagado o se abandonó. Devuelve el dinero"
                                    + " o acredítalo con un ajuste.");
            case UNKNOWN_REFERENCE ->
                    held(
                            "unknown_reference",
                            "The reference looks like one of ours and is not known. Ask the"
                                    + " sender.",
                            "La referencia parece nuestra y no se conoce. Pregunta a quien envió.");
            case UNREADABLE ->
                    held(
                            "unreadable",
                            "No amount can be read for certain. Confirm the payment by hand.",
                            "No se puede leer un monto con certeza. Confirma el pago a mano.");
        };
    }

    private static StatementWords said(String code, String english, String spanish) {
        return new StatementWords(code, Text.of(english, spanish), false);
    }

    private static StatementWords held(String code, String english, String spanish) {
        return new StatementWords(code, Text.of(english, spanish), true);
    }
}
