package coop.minga.plugin.api.payment;

/**
 * How a provider names a payout: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record PayoutHandle(String value) {

    public PayoutHandle {
        Handles.check(value);
    }
}
