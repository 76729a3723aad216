package coop.minga.platform.plugins;

import coop.minga.platform.http.Json;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * What a running host says of its plugins to the commands beside it, which have neither its memory
 * nor a session.
 */
final class PluginStatusFile {

    private static final Logger LOG = LoggerFactory.getLogger(PluginStatusFile.class);

    /** One plugin file; the hash tells whether it is still the one that is there. */
    record Row(String file, String sha256, String state, @Nullable String reason) {

        static Row of(PluginView view) {
            Reason reason = view.reason();
            return new Row(
                    view.file(),
                    view.sha256(),
                    view.state().id(),
                    reason == null ? null : reason.text().in("en"));
        }
    }

    private record Status(long pid, List<Row> plugins) {}

    private final Path path;
    private List<Row> written = List.of();

    PluginStatusFile(PluginsConfig config) {
        this.path = config.cache().resolveSibling("plugins.status");
    }

    /** Called by one thread at a time. */
    void write(List<PluginView> views) {
        List<Row> rows = views.stream().map(Row::of).toList();
        if (rows.equals(written)) {
            return;
        }
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.writeString(draft, Json.write(new Status(ProcessHandle.current().pid(), rows)));
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            written = rows;
        } catch (IOException e) {
            LOG.debug("'minga plugin list' does not learn what runs", e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("Left behind: {}", path, e);
        }
    }

    /** What the host that runs says, or nothing when none does. */
    Optional<List<Row>> read() {
        try {
            Status status = Json.mapper().readValue(Files.readString(path), Status.class);
            return ProcessHandle.of(status.pid()).isPresent()
                    ? Optional.of(status.plugins())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
