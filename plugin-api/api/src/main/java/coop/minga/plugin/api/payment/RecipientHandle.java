package coop.minga.plugin.api.payment;

/**
 * How a provider names a recipient of payouts: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record RecipientHandle(String value) {

    public RecipientHandle {
        Handles.check(value);
    }
}
