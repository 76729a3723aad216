package coop.minga.platform.plugins;

import coop.minga.platform.Ids;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.plugin.loader.trust.Publishers;
import coop.minga.plugin.loader.trust.SigningKey;
import coop.minga.plugin.testkit.SourceJar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A plugins directory and what is needed to run it, on a real database. */
public final class PluginYard implements AutoCloseable {

    private final TestDatabase database = TestDatabase.create();
    private final Path folder;
    private final AuditLog audit;
    private final OutboxEvents events;
    private Publishers publishers = Publishers.none();

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

    public PluginsConfig config(TrustPolicy policy) {
        return new PluginsConfig(
                directory(),
                folder.resolve("cache"),
                new TrustConfig(
                        policy,
                        folder.resolve("plugins.lock"),
                        folder.resolve("plugins.core"),
                        List.of(folder.resolve("plugins-deny.yaml")),
                        publishers,
                        true),
                Duration.ofSeconds(2),
                Duration.ofMillis(500));
    }

    /** A host that runs whatever is there. */
    public PluginService service() {
        return service(TrustPolicy.OPEN);
    }

    public PluginService service(TrustPolicy policy) {
        return service(config(policy));
    }

    public PluginService service(PluginsConfig config) {
        return new PluginService(config, database.db(), audit, events, Clock.systemUTC());
    }

    /** Makes this publisher's signatures count, in services made from now on. */
    public void know(String publisher, SigningKey key) {
        publishers = Publishers.of(Map.of(publisher, key.publicKey()));
    }

    /** Approves a jar beforehand, as an operator on the server does. */
    public void approve(byte[] jar) {
        Path file = folder.resolve("to-approve.jar");
        try (PluginInspection inspection = new PluginInspection(config(TrustPolicy.LOCKED))) {
            Files.write(file, jar);
            inspection.approve(file.toString(), false);
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
