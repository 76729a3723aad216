package coop.minga.plugin.api.compute;

/** What became of a request to create. */
public sealed interface CreateResult {

    /** It is being made, or was made before under this key. */
    record Accepted(InstanceHandle handle) implements CreateResult {}

    /** No room for it now; the host tries another node. */
    record NoCapacity(String reason) implements CreateResult {}

    /** It will never work here; the reason is shown to the customer. */
    record Rejected(String reason) implements CreateResult {}

    static CreateResult accepted(InstanceHandle handle) {
        return new Accepted(handle);
    }

    static CreateResult noCapacity(String reason) {
        return new NoCapacity(reason);
    }

    static CreateResult rejected(String reason) {
        return new Rejected(reason);
    }
}
