package coop.minga.plugin.api.compute;

/**
 * How a backend names an instance: stored by the host, understood by the backend only.
 *
 * @param value 1 to 500 characters
 */
public record InstanceHandle(String value) {

    public InstanceHandle {
        if (value.isEmpty() || value.length() > 500) {
            throw new IllegalArgumentException("A handle has 1 to 500 characters");
        }
    }
}
