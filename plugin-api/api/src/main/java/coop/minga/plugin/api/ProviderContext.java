package coop.minga.plugin.api;

import org.slf4j.Logger;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;

/** The only door from a provider to its host. Thread-safe; dead after the provider is closed. */
public interface ProviderContext {

    /** The configured instance's name, for example {@code docker-quito}. */
    String name();

    /**
     * Identifies this host among others that share a vendor account: tag everything you create with
     * it.
     */
    String hostId();

    Clock clock();

    /** A logger under the plugin's name; lines are rate-limited. */
    Logger logger();

    Metrics metrics();

    /**
     * An HTTP client with deadlines and tracing that reaches declared hosts ({@code Minga-Hosts})
     * only.
     */
    Http http();

    /** Small JSON documents that survive restarts, private to this configured instance. */
    StateStore state();

    /**
     * A directory for this configured instance's files, created on demand, kept over restarts and
     * upgrades, on the same machine only.
     */
    Path dataDirectory();

    /** Where browsers reach this host, for return addresses; never taken from a request. */
    URI publicUrl();

    /**
     * Tells the host that something changed on the vendor's side so that it looks soon instead of
     * at the next round.
     *
     * @param key the effect it concerns, as given when it was created
     */
    void changed(IdempotencyKey key);
}
