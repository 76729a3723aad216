package coop.minga.platform.plugins;

import coop.minga.platform.Ids;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.plugin.testkit.SourceJar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** A plugins directory and what is needed to run it, on a real database. */
public final class PluginYard implements AutoCloseable {

    private final TestDatabase database = TestDatabase.create();
    private final Path folder;
    private final AuditLog audit;
    private final OutboxEvents events;

    public PluginYard(Path folder) {
        this.folder = folder;
        this.audit =
                new AuditLog(
                        database.db(),
                        Clock.systemUTC(),
                        new Ids(Clock.systemUTC(), new SecureRandom()));
        this.events = new OutboxEvents(database.db(), database.address(), Clock.systemUTC(), false);
        try {
            Files.createDirectories(directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TestDatabase database() {
        return database;
    }

    public AuditLog audit() {
        return audit;
    }

    public OutboxEvents events() {
        return events;
    }

    public Path directory() {
        return folder.resolve("plugins");
    }

    public PluginsConfig config(boolean locked) {
        return new PluginsConfig(
                directory(),
                folder.resolve("cache"),
                locked,
                folder.resolve("plugins.lock"),
                folder.resolve("core-plugins"),
                Duration.ofSeconds(2),
                Duration.ofMillis(500));
    }

    public PluginService service(boolean locked) {
        return new PluginService(config(locked), database.db(), audit, events, Clock.systemUTC());
    }

    /** Puts a jar into the directory the way a careful operator does. */
    public Path drop(String fileName, SourceJar jar) {
        return drop(fileName, jar.bytes());
    }

    public Path drop(String fileName, byte[] bytes) {
        try {
            Path draft = folder.resolve(fileName + ".part");
            Files.write(draft, bytes);
            return Files.move(
                    draft,
                    directory().resolve(fileName),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void delete(String fileName) {
        try {
            Files.delete(directory().resolve(fileName));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An offering whose {@code org.pf4j.Plugin} does something when it starts and stops. */
    public static SourceJar acting(String id, String onStart, String onStop) {
        return SourceJar.offering(id)
                .manifest("Plugin-Class", "sample.Acting")
                .source(
                        "sample.Acting",
                        "package sample; public class Acting extends org.pf4j.Plugin {"
                                + " @Override public void start() { "
                                + onStart
                                + " } @Override public void stop() { "
                                + onStop
                                + " } }");
    }

    @Override
    public void close() {
        events.stop(Duration.ofSeconds(5));
        database.close();
    }
}
