package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.ConfigFile;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.config.Mode;
import coop.minga.platform.db.Database;
import coop.minga.platform.http.HttpServer;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.providers.ProviderService;
import coop.minga.platform.telemetry.Logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A running host. Started once, closed once; closing drains. */
public final class Host implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Host.class);

    private final MingaConfig config;
    private final Closers closers;
    private final Assembly.Built built;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Host(MingaConfig config, Closers closers, Assembly.Built built) {
        this.config = config;
        this.closers = closers;
        this.built = built;
    }

    /**
     * Where a host finds its things.
     *
     * @param home the installation, with {@code plugins/} and {@code config/}
     * @param data the data directory
     * @param environment usually the process's own
     */
    public record Places(Path home, Path data, Map<String, String> environment) {

        public static Places ofProcess() {
            Path home = Path.of(System.getProperty("minga.home", ".")).toAbsolutePath().normalize();
            return new Places(home, DataDirectory.standard(System.getenv()), System.getenv());
        }

        public Path config() {
            String chosen = environment.getOrDefault("MINGA_CONFIG_DIR", "");
            return chosen.isBlank() ? home.resolve("config") : Path.of(chosen).toAbsolutePath();
        }
    }

    /**
     * Starts everything; on return it serves.
     *
     * @param mode the mode asked for; null for the one fixed in the data directory
     * @throws CannotStart with one sentence for the operator; nothing is left running
     */
    public static Host start(Places places, @Nullable Mode mode) {
        ConfigFile file = ConfigFile.read(places.config(), places.environment());
        // Before anything is created: a configuration that cannot work leaves no half-made data
        // directory.
        Mode expected =
                DataDirectory.modeOf(places.data()).orElse(mode == null ? Mode.PRODUCTION : mode);
        MingaConfig config = file.build(expected, places.data(), places.home());
        PluginSetup.publishers(config.plugins());
        HttpServer.requireFree(config.http().host(), config.http().port());
        if (!config.database().isEmbedded()) {
            Database.requireReachable(config.database());
        }
        boolean stands = DataDirectory.modeOf(places.data()).isPresent();
        if (!stands) {
            Isolation.require(places.config(), places.environment());
        }
        // What stands is looked at beside the start. In production an operator may have described
        // engines elsewhere in the administration by then.
        CompletableFuture<Void> isolation =
                stands && config.isTrial()
                        ? CompletableFuture.runAsync(
                                () -> Isolation.require(places.config(), places.environment()),
                                task -> Thread.ofPlatform().daemon().name("isolation").start(task))
                        : CompletableFuture.completedFuture(null);
        if (config.http().port() == 0) {
            config = config.boundTo(freePort(config.http().host()));
        }
        Logging.start(config.log());
        Closers closers = new Closers();
        try {
            DataDirectory directory =
                    closers.add("the data directory", DataDirectory.open(places.data(), mode));
            Assembly.Built built =
                    Assembly.build(config, directory, places.home(), places.environment(), closers);
            isolation.join();
            return new Host(config, closers, built);
        } catch (CompletionException e) {
            closers.close();
            throw e.getCause() instanceof CannotStart cannot ? cannot : e;
        } catch (RuntimeException e) {
            closers.close();
            throw e;
        }
    }

    private static int freePort(String host) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, 0));
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new CannotStart(
                    "Cannot listen on " + host + ": the address is not this machine's.", e);
        }
    }

    public MingaConfig config() {
        return config;
    }

    /** The port really bound. */
    public int port() {
        return built.server().port();
    }

    public URI url() {
        return config.http().publicUrl();
    }

    /** The link that makes the first administrator, until there is one. */
    public Optional<String> setupLink() {
        return built.setupToken().map(token -> url() + "/setup#token=" + token);
    }

    /** For the author's bench. */
    PluginService plugins() {
        return built.plugins();
    }

    /** For the author's bench. */
    ProviderService providers() {
        return built.providers();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LOG.info("Stopping: finishing what is under way");
            closers.close();
            LOG.info("Stopped");
        }
    }
}
