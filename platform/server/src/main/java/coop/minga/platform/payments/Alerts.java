package coop.minga.platform.payments;

import coop.minga.platform.audit.Audit;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.plugin.api.Text;

import io.micrometer.core.instrument.MeterRegistry;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.Set;

/** Tells operators what needs a person, and how it is put right. Thread-safe. */
final class Alerts {

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private final Events events;
    private final Audit audit;
    private final MeterRegistry meters;

    Alerts(Events events, Audit audit, MeterRegistry meters) {
        this.events = events;
        this.audit = audit;
        this.meters = meters;
    }

    /** What can be wrong with a payment. */
    enum Alert {
        WRONG_REFERENCE(
                Text.of(
                        "The provider says it belongs to another payment. Compare both at the"
                                + " provider.",
                        "El proveedor dice que pertenece a otro pago. Compara ambos en el"
                                + " proveedor.")),
        WRONG_HANDLE(
                Text.of(
                        "The provider answered for another object. Look the payment up at the"
                                + " provider.",
                        "El proveedor respondió por otro objeto. Busca el pago en el proveedor.")),
        WRONG_AMOUNT(
                Text.of(
                        "The amount or currency is not the one asked for. Refund it at the"
                                + " provider, or credit it by an adjustment.",
                        "El monto o la moneda no es lo pedido. Devuélvelo en el proveedor o"
                                + " acredítalo con un ajuste.")),
        WRONG_MODE(
                Text.of(
                        "Test and live do not match. Check the provider's keys.",
                        "Prueba y real no coinciden. Revisa las claves del proveedor.")),
        WRONG_ACCOUNT(
                Text.of(
                        "It was received by another account of the vendor's. Check the provider's"
                                + " keys.",
                        "Lo recibió otra cuenta del proveedor. Revisa las claves.")),
        SHORT(
                Text.of(
                        "Less was taken than asked for. Credit it by an adjustment, or refund it"
                                + " at the provider.",
                        "Se cobró menos de lo pedido. Acredítalo con un ajuste o devuélvelo en el"
                                + " proveedor.")),
        KEY_REUSED(
                Text.of(
                        "The provider knows its key for something else. Look it up at the"
                                + " provider.",
                        "El proveedor conoce su clave para otra cosa. Búscalo en el proveedor.")),
        LOST_BY_PROVIDER(
                Text.of(
                        "The provider does not know it any more. Check that the keys are still of"
                                + " the same account.",
                        "El proveedor ya no lo conoce. Revisa que las claves sean de la misma"
                                + " cuenta.")),
        NOT_CONFIGURED(
                Text.of(
                        "The provider refuses our credentials or settings. Run its test and put"
                                + " them right.",
                        "El proveedor rechaza nuestras credenciales o ajustes. Ejecuta su prueba y"
                                + " corrígelos.")),
        STILL_UNKNOWN(
                Text.of(
                        "The provider has not told for a day what became of it. Look it up"
                                + " there.",
                        "El proveedor lleva un día sin decir qué fue de él. Búscalo allí.")),
        NO_LONGER_PAID(
                Text.of(
                        "It was credited, and the provider now says that it is not paid. Compare"
                                + " with the provider and adjust the balance.",
                        "Se acreditó y ahora el proveedor dice que no está pagado. Compáralo con"
                                + " el proveedor y ajusta el saldo.")),
        REFUNDED_ELSEWHERE(
                Text.of(
                        "More was given back at the provider than from here. Take it out of the"
                                + " balance by an adjustment.",
                        "En el proveedor se devolvió más que desde aquí. Réstalo del saldo con un"
                                + " ajuste."));

        private final Text fix;

        Alert(Text fix) {
            this.fix = fix;
        }

        String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        Text fix() {
            return fix;
        }
    }

    /**
     * @param subject a payment's or refund's public id
     */
    void raise(Handle handle, Alert alert, String subject, String provider) {
        LOG.warn("{} at {}: {}", subject, provider, alert.fix().in("en"));
        handle.afterCommit(() ->
                meters.counter("minga_payment_alerts", "provider", provider, "alert", alert.code())
                        .increment());
        events.publish(
                handle,
                new Fact(
                        "payments.alert",
                        subject,
                        Set.of(Topic.ADMIN),
                        Map.of(
                                "code", alert.code(),
                                "provider", provider,
                                "fix", alert.fix().byLanguage())));
        audit.record(
                handle,
                new Audit.Entry(
                        "system",
                        "",
                        "payment.alert",
                        subject,
                        Map.of(),
                        Map.of("code", alert.code(), "provider", provider),
                        ""));
    }

    /** The fix for a stored code, for operators' lists. */
    static Text fix(String code) {
        for (Alert alert : Alert.values()) {
            if (alert.code().equals(code)) {
                return alert.fix();
            }
        }
        return Text.of("");
    }
}
