package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;

import org.slf4j.Logger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host for one provider: everything real enough to work, everything remembered. */
public final class RecordingContext implements ProviderContext {

    private final String name;
    private final String hostId;
    private final Clock clock;
    private final Path dataDirectory;
    private final RecordingLogger logger;
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final MemoryStateStore state = new MemoryStateStore();
    private final LoopbackHttp http;
    private final List<IdempotencyKey> changes = new CopyOnWriteArrayList<>();

    /**
     * @param name the configured instance's name
     * @param hostId tells this host's things from others'
     * @param clock real, or a {@link MovableClock}
     * @param dataDirectory created when the provider asks for it
     */
    public RecordingContext(String name, String hostId, Clock clock, Path dataDirectory) {
        this.name = name;
        this.hostId = hostId;
        this.clock = clock;
        this.dataDirectory = dataDirectory;
        this.logger = new RecordingLogger(name);
        this.http = new LoopbackHttp(clock);
    }

    /** A context with the system's clock whose files go to the given directory. */
    public static RecordingContext in(Path dataDirectory) {
        return new RecordingContext("test", "test-host", Clock.systemUTC(), dataDirectory);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String hostId() {
        return hostId;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Logger logger() {
        return logger;
    }

    /** Every line logged so far, with exceptions and their stacks. */
    public List<String> logged() {
        return logger.lines();
    }

    @Override
    public RecordingMetrics metrics() {
        return metrics;
    }

    @Override
    public Http http() {
        return http;
    }

    @Override
    public MemoryStateStore state() {
        return state;
    }

    @Override
    public Path dataDirectory() {
        try {
            return Files.createDirectories(dataDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI publicUrl() {
        return URI.create("http://localhost:8080");
    }

    @Override
    public void changed(IdempotencyKey key) {
        changes.add(key);
    }

    /** The keys the provider told the host to look at, in order. */
    public List<IdempotencyKey> changes() {
        return List.copyOf(changes);
    }
}
