package coop.minga.platform.payments;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DeclineReason;

import java.util.Locale;

/** What customers are told: never a vendor's own words, and never what helps a thief. */
final class Words {

    /** Our own reason beside the vendors' categories. */
    static final String NOT_CONFIGURED = "not_configured";

    private static final Text NOT_SET_UP =
            Text.of(
                    "Payments are not set up correctly here. The operator was told; you were not"
                            + " charged.",
                    "Los pagos no están bien configurados aquí. Se avisó al operador; no se te"
                            + " cobró.");

    /** Why a method is not saved that is saved already. */
    static final String ALREADY_SAVED = "already_saved";

    private static final int LONGEST_LINE = 60;

    private Words() {}

    /** What a vendor calls a source of money, cut to one line. */
    static String line(String ofVendor) {
        String line = ofVendor.strip();
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE);
    }

    /** The stable code of a category, for example {@code insufficient_funds}. */
    static String code(DeclineReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    static Text state(StoredPayment payment) {
        return switch (payment.state()) {
            case CREATED, STARTING ->
                    Text.of("We are preparing your payment.", "Estamos preparando tu pago.");
            case REQUIRES_ACTION ->
                    Text.of(
                            "The payment waits for you. Nothing is charged before you confirm.",
                            "El pago te espera. No se cobra nada antes de que confirmes.");
            case AUTHORIZED, PENDING ->
                    Text.of(
                            "The payment is being processed. This can take a while; you need not"
                                    + " do anything.",
                            "El pago se está procesando. Puede tardar; no tienes que hacer nada.");
            case UNKNOWN ->
                    Text.of(
                            "We are asking your bank. You will not be charged twice.",
                            "Estamos preguntando a tu banco. No se te cobrará dos veces.");
            case SUCCEEDED ->
                    Text.of(
                            "Paid. The money is in your balance.",
                            "Pagado. El dinero está en tu saldo.");
            case DECLINED ->
                    decline(payment.standing().reason() == null ? "" : payment.standing().reason());
            case HELD ->
                    Text.of(
                            "Something about this payment does not match, so a person checks it."
                                    + " Your money is safe; you need not do anything.",
                            "Algo de este pago no coincide y lo revisa una persona. Tu dinero está"
                                    + " a salvo; no tienes que hacer nada.");
        };
    }

    /** What a customer should know of a saved method; empty when it is simply there. */
    static Text state(StoredMethod method) {
        return switch (method.state()) {
            case CREATED, STARTING, PENDING, UNKNOWN ->
                    Text.of(
                            "It is being saved; nothing is charged.",
                            "Se está guardando; no se cobra nada.");
            case REQUIRES_ACTION ->
                    Text.of(
                            "It waits for you. Nothing is charged.",
                            "Te espera. No se cobra nada.");
            case SAVED, REMOVED -> Text.of("");
            case REMOVING ->
                    Text.of(
                            "It is being removed and is not charged any more.",
                            "Se está quitando y ya no se cobra.");
            case HELD ->
                    Text.of(
                            "Something does not match, so it was not saved. Remove it and try"
                                    + " again.",
                            "Algo no coincide y no se guardó. Quítala e inténtalo de nuevo.");
            case DECLINED ->
                    ALREADY_SAVED.equals(method.standing().reason())
                            ? Text.of("This one is saved already.", "Esta ya está guardada.")
                            : decline(
                                    method.standing().reason() == null
                                            ? ""
                                            : method.standing().reason());
        };
    }

    private static Text decline(String code) {
        for (DeclineReason reason : DeclineReason.values()) {
            if (code(reason).equals(code)) {
                return of(reason);
            }
        }
        return NOT_SET_UP;
    }

    static Text of(DeclineReason reason) {
        return switch (reason) {
            case AUTHENTICATION_REQUIRED ->
                    Text.of(
                            "Your bank wants you to confirm this payment.",
                            "Tu banco quiere que confirmes este pago.");
            case AUTHENTICATION_FAILED ->
                    Text.of(
                            "Your bank could not confirm that it is you. Try again or use another"
                                    + " card.",
                            "Tu banco no pudo confirmar que eres tú. Inténtalo de nuevo o usa otra"
                                    + " tarjeta.");
            case INSUFFICIENT_FUNDS ->
                    Text.of(
                            "The card has insufficient funds.",
                            "La tarjeta no tiene fondos suficientes.");
            case CARD_DECLINED ->
                    Text.of(
                            "The card was declined. Contact your bank or use another card.",
                            "La tarjeta fue rechazada. Contacta a tu banco o usa otra tarjeta.");
            case EXPIRED_CARD -> Text.of("The card has expired.", "La tarjeta está vencida.");
            case INCORRECT_CVC ->
                    Text.of(
                            "The security code is not right.",
                            "El código de seguridad no es correcto.");
            case INCORRECT_NUMBER ->
                    Text.of(
                            "The card number is not right.",
                            "El número de tarjeta no es correcto.");
            case INVALID_EXPIRY ->
                    Text.of(
                            "The expiry date is not right.",
                            "La fecha de vencimiento no es correcta.");
            case TEMPORARY_FAILURE ->
                    Text.of(
                            "Temporary problem, you were not charged twice. Please try again.",
                            "Problema temporal, no se te cobró dos veces. Inténtalo de nuevo.");
            case TOO_MANY_ATTEMPTS ->
                    Text.of(
                            "Too many attempts. Please try again tomorrow.",
                            "Demasiados intentos. Inténtalo de nuevo mañana.");
            case AMOUNT_TOO_SMALL ->
                    Text.of(
                            "The amount is too small for this way of paying.",
                            "El monto es demasiado pequeño para esta forma de pago.");
            case AMOUNT_TOO_LARGE ->
                    Text.of(
                            "The amount is too large for this way of paying.",
                            "El monto es demasiado grande para esta forma de pago.");
            case NOT_SUPPORTED ->
                    Text.of(
                            "This way of paying does not take this payment. Use another one.",
                            "Esta forma de pago no admite este pago. Usa otra.");
            case METHOD_GONE ->
                    Text.of("Please add your card again.", "Agrega tu tarjeta de nuevo.");
            case FUNDING_SOURCE_DECLINED ->
                    Text.of(
                            "This funding source was declined, choose another.",
                            "Esta fuente de fondos fue rechazada, elige otra.");
            case REFUSED_BY_PROVIDER ->
                    Text.of(
                            "This payment was refused. Use another method.",
                            "Este pago fue rechazado. Usa otro método.");
            case CANCELED_BY_PAYER ->
                    Text.of(
                            "You turned back before paying. Nothing was charged.",
                            "Volviste antes de pagar. No se cobró nada.");
            case CANCELED_BY_HOST ->
                    Text.of(
                            "This payment was given up. Nothing was charged.",
                            "Este pago se anuló. No se cobró nada.");
            case EXPIRED ->
                    Text.of(
                            "The payment was not finished in time. Nothing was charged.",
                            "El pago no se terminó a tiempo. No se cobró nada.");
            case SETTLEMENT_FAILED ->
                    Text.of(
                            "Your bank did not settle the payment. Use another method.",
                            "Tu banco no liquidó el pago. Usa otro método.");
        };
    }
}
