package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at the plugins directory for commands beside the host, which runs or does not. Runs no code
 * of any plugin.
 */
public final class PluginInspection implements AutoCloseable {

    /** State of a plugin that nobody runs and nothing speaks against. */
    private static final String FIT = "fit";

    /**
     * A file of the plugins directory.
     *
     * @param id from its manifest, or the file's name
     * @param version empty when unknown
     * @param state as the running host says, else {@code fit}, {@code consent} or {@code failed}
     * @param signature {@code core}, {@code signed by x}, ...
     * @param reason empty when there is none
     */
    public record Row(
            String file,
            String id,
            String version,
            String state,
            String signature,
            String reason) {}

    /**
     * An approval.
     *
     * @param row what was approved
     * @param consent what that grants
     */
    public record Approval(Row row, Consent consent) {}

    private record Seen(Path jar, Optional<UnpackedPlugin> plugin, Row row) {}

    private final PluginsConfig config;
    private final PluginTrust trust;
    private final Path scratch;
    private final PluginCache cache;

    /**
     * @throws CannotStart when what decides about plugins cannot be read
     */
    public PluginInspection(PluginsConfig config) {
        this.config = config;
        this.trust = new PluginTrust(config.trust());
        try {
            this.scratch = Files.createTempDirectory("minga-plugins");
        } catch (IOException e) {
            throw new CannotStart("There is no room for temporary files: " + e.getMessage(), e);
        }
        this.cache = new PluginCache(scratch, ArchiveLimits.standard());
    }

    public List<Row> list() {
        return seen().stream().map(Seen::row).toList();
    }

    /**
     * Approves a file of the plugins directory, or one elsewhere that will be put there.
     *
     * @param name its id, its file name, or a path
     * @param anyway also when that goes against what was approved before
     * @throws CannotStart when there is none or several, or it may not run
     */
    public Approval approve(String name, boolean anyway) {
        List<Seen> found =
                seen().stream()
                        .filter(each ->
                                each.row().id().equals(name) || each.row().file().equals(name))
                        .toList();
        if (found.size() > 1) {
            throw new CannotStart(
                    "There are several files of "
                            + name
                            + ": say which by its name ("
                            + String.join(", ", found.stream().map(s -> s.row().file()).toList())
                            + ").");
        }
        Path elsewhere = Path.of(name);
        if (found.isEmpty() && Files.isRegularFile(elsewhere)) {
            found = List.of(look(elsewhere, List.of()));
        }
        if (found.isEmpty()) {
            throw new CannotStart("There is no " + name + " in " + config.directory() + ".");
        }
        Seen chosen = found.getFirst();
        UnpackedPlugin plugin =
                chosen.plugin()
                        .orElseThrow(() ->
                                new CannotStart(
                                        chosen.row().file() + ": " + chosen.row().reason()));
        try {
            trust.approve(chosen.row().file(), plugin, anyway);
        } catch (PluginRejected e) {
            throw new CannotStart(chosen.row().file() + ": " + e.getMessage(), e);
        }
        return new Approval(chosen.row(), trust.consent(plugin));
    }

    private List<Seen> seen() {
        List<PluginStatusFile.Row> running = new PluginStatusFile(config).read().orElse(List.of());
        List<Seen> seen = new ArrayList<>();
        try {
            if (Files.isDirectory(config.directory())) {
                DirectoryWatch.scan(config.directory())
                        .keySet()
                        .forEach(jar -> seen.add(look(jar, running)));
            }
        } catch (IOException e) {
            throw new CannotStart(config.directory() + " cannot be read: " + e.getMessage(), e);
        }
        return seen;
    }

    private Seen look(Path jar, List<PluginStatusFile.Row> running) {
        String file = String.valueOf(jar.getFileName());
        try {
            UnpackedPlugin plugin = cache.admit(jar, hash -> {});
            Verdict verdict = trust.judge(file, plugin);
            PluginManifest manifest = plugin.manifest();
            Optional<PluginStatusFile.Row> says =
                    running.stream()
                            .filter(row ->
                                    row.file().equals(file) && row.sha256().equals(plugin.sha256()))
                            .findFirst();
            Row row =
                    new Row(
                            file,
                            manifest.id(),
                            manifest.version().toString(),
                            says.map(PluginStatusFile.Row::state).orElse(state(verdict)),
                            signature(verdict.standing()),
                            says.flatMap(each -> Optional.ofNullable(each.reason()))
                                    .orElse(says.isPresent() ? "" : reason(verdict)));
            return new Seen(jar, Optional.of(plugin), row);
        } catch (PluginRejected e) {
            return new Seen(
                    jar,
                    Optional.empty(),
                    new Row(file, file, "", PluginState.FAILED.id(), "", e.reason().in("en")));
        }
    }

    private static String state(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Admitted _ -> FIT;
            case Verdict.Waiting _ -> PluginState.CONSENT.id();
            case Verdict.Refused _ -> PluginState.FAILED.id();
        };
    }

    private static String reason(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Admitted _ -> "";
            case Verdict.Waiting waiting -> waiting.reason().text().in("en");
            case Verdict.Refused refused -> refused.rejected().reason().in("en");
        };
    }

    private static String signature(Standing standing) {
        return standing.signature().id()
                + (standing.publisher().isEmpty() ? "" : " by " + standing.publisher())
                + (standing.approved() ? ", approved" : "");
    }

    /** Deletes the copies it looked at. */
    @Override
    public void close() {
        try (Stream<Path> tree = Files.walk(scratch)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new CannotStart("Left behind: " + scratch, e);
        }
    }
}
