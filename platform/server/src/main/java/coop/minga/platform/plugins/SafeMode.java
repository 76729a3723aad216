package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.plugins.FlightRecorder.Crash;
import coop.minga.platform.plugins.FlightRecorder.Version;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Remembers how the host ended. When it died three times within ten minutes while the same plugin's
 * code ran, that version of the plugin is held back until an operator asks for it or its file
 * changes; after a single death those that were being started are started one after another, so
 * that a second one names its cause.
 */
final class SafeMode {

    private static final Logger LOG = LoggerFactory.getLogger(SafeMode.class);
    private static final int DEATHS = 3;
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final int REMEMBERED = 20;

    /** One unexpected end, seen at the start after it. */
    private record Death(Instant at, Set<Version> suspects) {}

    private final Path deathsFile;
    private final Path heldFile;
    private final List<Death> deaths;
    private final Set<Version> held;
    private final Set<Version> suspects = new TreeSet<>();

    private SafeMode(Path directory) {
        deathsFile = directory.resolve("unexpected-ends");
        heldFile = directory.resolve("held-back");
        deaths = readDeaths();
        held = versions(lines(heldFile).stream());
    }

    /**
     * @param directory where it keeps its files
     * @param crash what ran when the host ended unexpectedly
     */
    static SafeMode open(Path directory, Optional<Crash> crash, Clock clock) {
        SafeMode safeMode = new SafeMode(directory);
        crash.ifPresent(found -> safeMode.died(found, clock.instant()));
        for (Version version : safeMode.held) {
            LOG.warn(
                    "Safe mode: plugin {} is not started, because the host died repeatedly while"
                            + " its code ran",
                    version.id());
        }
        return safeMode;
    }

    private void died(Crash crash, Instant now) {
        // A call is under way nearly always somewhere; whoever was being started is likelier.
        Set<Version> named = crash.starting().isEmpty() ? crash.calling() : crash.starting();
        suspects.addAll(named);
        deaths.add(new Death(now, named));
        while (deaths.size() > REMEMBERED) {
            deaths.removeFirst();
        }
        if (named.isEmpty()) {
            LOG.warn("The host ended unexpectedly; no plugin's code was running");
        } else {
            LOG.warn(
                    "The host ended unexpectedly while the code of {} ran ({})",
                    named.stream().map(Version::id).collect(Collectors.joining(", ")),
                    crash.starting().isEmpty() ? "a call" : "a start");
        }
        write(deathsFile, deaths.stream().map(SafeMode::line).toList());
        Set<Version> guilty = new TreeSet<>(named);
        List<Death> recent =
                deaths.stream().filter(death -> !death.at().isBefore(now.minus(WINDOW))).toList();
        if (recent.size() < DEATHS) {
            return;
        }
        recent.subList(recent.size() - DEATHS, recent.size())
                .forEach(death -> guilty.retainAll(death.suspects()));
        if (held.addAll(guilty)) {
            writeHeld();
        }
    }

    /** Why a version is not started, if it is not. */
    synchronized Optional<Reason> heldBack(Version version) {
        return held.contains(version)
                ? Optional.of(
                        Reason.of(
                                "held-back",
                                "The host died "
                                        + DEATHS
                                        + " times within "
                                        + WINDOW.toMinutes()
                                        + " minutes while this plugin's code ran, so it is not"
                                        + " started. Install another version, or press Reload to"
                                        + " try it again.",
                                "El anfitrión murió "
                                        + DEATHS
                                        + " veces en "
                                        + WINDOW.toMinutes()
                                        + " minutos mientras corría el código de este plugin, así"
                                        + " que no se arranca. Instala otra versión o pulsa"
                                        + " Recargar para probarlo de nuevo."))
                : Optional.empty();
    }

    /** That the host died last time while this version's code ran, if it did. */
    synchronized Optional<Reason> suspected(Version version) {
        return suspects.contains(version)
                ? Optional.of(
                        Reason.of(
                                "crash-suspect",
                                "The host ended unexpectedly the last time while this plugin's code"
                                        + " ran. If that happens again, disable it.",
                                "La última vez el anfitrión terminó de golpe mientras corría el"
                                        + " código de este plugin. Si se repite, desactívalo."))
                : Optional.empty();
    }

    /** Gives every version of a plugin another chance. */
    synchronized void release(String id) {
        suspects.removeIf(version -> version.id().equals(id));
        if (held.removeIf(version -> version.id().equals(id))) {
            deaths.clear();
            write(deathsFile, List.of());
            writeHeld();
        }
    }

    /** What operators should know at a glance; empty when all is as it should be. */
    synchronized Optional<String> note() {
        return held.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "safe mode: not started after repeated crashes: "
                                + held.stream().map(Version::id).collect(Collectors.joining(", ")));
    }

    private void writeHeld() {
        write(heldFile, held.stream().map(Version::toString).toList());
    }

    private List<Death> readDeaths() {
        List<Death> read = new ArrayList<>();
        for (String line : lines(deathsFile)) {
            String[] words = line.split(" ");
            try {
                read.add(
                        new Death(Instant.parse(words[0]), versions(Arrays.stream(words).skip(1))));
            } catch (java.time.format.DateTimeParseException e) {
                LOG.debug("Ignored in {}: {}", deathsFile, line);
            }
        }
        return read;
    }

    private static String line(Death death) {
        return Stream.concat(
                        Stream.of(death.at().toString()),
                        death.suspects().stream().map(Version::toString))
                .collect(Collectors.joining(" "));
    }

    private static Set<Version> versions(Stream<String> words) {
        return words.map(word -> word.split("@", 2))
                .filter(parts -> parts.length == 2)
                .map(parts -> new Version(parts[0], parts[1]))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path file, List<String> lines) {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(draft, lines);
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("Cannot write {}: {}", file, e.toString());
        }
    }
}
