package coop.minga.plugin.api;

/**
 * One configured instance of a plugin's capability.
 *
 * <p>Methods are synchronous and thread-safe; the host calls them on a bounded pool of platform
 * threads per provider and interrupts the thread when the deadline of the {@link Call} passes.
 * Whatever an interrupted call did is then treated as <em>unknown</em> and asked for later, never
 * as failed. Optional abilities are separate interfaces that a provider implements and its
 * descriptor names; no method throws "unsupported".
 */
public interface Provider extends AutoCloseable {

    /**
     * Says whether this instance can work now, as ordered checks with a fix each. Cheap;
     * rate-limited by the host.
     */
    ProbeResult probe(Call call);

    /** Lets go of connections and threads. Idempotent; the host bounds the time it may take. */
    @Override
    void close();
}
