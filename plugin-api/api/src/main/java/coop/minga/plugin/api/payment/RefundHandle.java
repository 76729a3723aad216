package coop.minga.plugin.api.payment;

/**
 * How a provider names a refund: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record RefundHandle(String value) {

    public RefundHandle {
        Handles.check(value);
    }
}
