package coop.minga.plugin.api.payment;

/**
 * How a provider names a setup of a saved method: stored by the host, understood by the provider
 * only.
 *
 * @param value 1 to 255 characters
 */
public record SetupHandle(String value) {

    public SetupHandle {
        Handles.check(value);
    }
}
