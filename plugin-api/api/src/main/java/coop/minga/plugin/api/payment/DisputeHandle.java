package coop.minga.plugin.api.payment;

/**
 * How a provider names a dispute: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record DisputeHandle(String value) {

    public DisputeHandle {
        Handles.check(value);
    }
}
