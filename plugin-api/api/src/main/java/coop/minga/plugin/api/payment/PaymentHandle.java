package coop.minga.plugin.api.payment;

/**
 * How a provider names a payment: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record PaymentHandle(String value) {

    public PaymentHandle {
        Handles.check(value);
    }
}
