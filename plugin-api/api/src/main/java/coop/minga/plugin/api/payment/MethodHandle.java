package coop.minga.plugin.api.payment;

/**
 * How a provider names a saved method: stored by the host, understood by the provider only.
 *
 * @param value 1 to 255 characters
 */
public record MethodHandle(String value) {

    public MethodHandle {
        Handles.check(value);
    }
}
