package coop.minga.platform.app.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.Ids;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DatabaseConfig;
import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.events.Topic;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

final class BackupIT {

    @TempDir Path directory;
    private TestDatabase source;
    private AuditLog audit;

    @BeforeEach
    void open() throws Exception {
        source = TestDatabase.create();
        audit = audit(source.db());
        Files.createDirectories(directory.resolve("data/keys"));
        Files.write(directory.resolve("data/keys/master.key"), new byte[32]);
        Files.createDirectories(directory.resolve("config/providers"));
        Files.writeString(directory.resolve("config/minga.yaml"), "http:\n  port: 8081\n");
        Files.createDirectories(directory.resolve("plugins"));
        Files.writeString(directory.resolve("plugins/a.jar"), "not really");
    }

    @AfterEach
    void close() {
        source.close();
    }

    private static AuditLog audit(Db db) {
        return new AuditLog(db, Clock.systemUTC(), new Ids(Clock.systemUTC(), new Random()));
    }

    private void act(int n) {
        source.db()
                .useTransaction(h ->
                        audit.record(h, Audit.entry("acc\t" + n, "", "a\\b", "línea\nnueva", "")));
    }

    private Manifest create(Path archive) {
        try (Database database =
                Database.attach(
                        DatabaseConfig.external(source.url(), source.user(), source.password()),
                        directory)) {
            return Backup.create(
                    database,
                    new Backup.What(
                            "0.1.0",
                            "trial",
                            directory.resolve("data"),
                            directory.resolve("config"),
                            directory.resolve("plugins")),
                    archive);
        }
    }

    @Test
    void whatWasTakenUnderLoadComesBackWhole() throws Exception {
        OutboxEvents events =
                new OutboxEvents(source.db(), source.address(), Clock.systemUTC(), true);
        List<Long> before = new CopyOnWriteArrayList<>();
        events.listen("test", Set.of(), fact -> before.add(fact.id()));
        events.start();
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        Thread load =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!enough.get()) {
                                act(written.incrementAndGet());
                                if (written.get() % 50 == 0) {
                                    audit.seal();
                                }
                                source.db()
                                        .useTransaction(h ->
                                                events.publish(
                                                        h,
                                                        new Fact(
                                                                "test.n",
                                                                "x",
                                                                Set.of(Topic.ADMIN),
                                                                Map.of())));
                            }
                        });
        Eventually.until("some load", () -> written.get() > 200);
        Path archive = directory.resolve("backups/first.zip");
        Manifest manifest = create(archive);
        enough.set(true);
        load.join();
        events.stop(Duration.ofSeconds(5));
        assertThat(Files.getPosixFilePermissions(archive)).hasSize(2);
        assertThat(manifest.plugins())
                .singleElement()
                .satisfies(p -> assertThat(p.path()).isEqualTo("a.jar"));

        Path data = directory.resolve("restored");
        try (Archive opened = Archive.open(archive)) {
            assertThat(opened.verify()).isEmpty();
            Path config = Restore.into(opened, DatabaseConfig.defaults(), data);
            assertThat(config.resolve("minga.yaml")).hasContent("http:\n  port: 8081");
        }
        assertThat(data.resolve("keys/master.key")).hasBinaryContent(new byte[32]);
        assertThat(data.resolve("mode")).hasContent("trial");
        try (Database restored = Database.open(DatabaseConfig.defaults(), data)) {
            long entries =
                    restored.db()
                            .read(h ->
                                    h.createQuery("SELECT count(*) FROM audit_entries")
                                            .mapTo(long.class)
                                            .one());
            assertThat(entries)
                    .isEqualTo(
                            manifest.tables().stream()
                                    .filter(t -> t.name().equals("audit_entries"))
                                    .findFirst()
                                    .orElseThrow()
                                    .rows())
                    .isPositive();
            AuditLog there = audit(restored.db());
            there.seal();
            assertThat(there.verify()).isEmpty();
            assertThatThrownBy(() ->
                            restored.db()
                                    .useTransaction(h -> h.execute("DELETE FROM audit_entries")))
                    .as("triggers are on again")
                    .hasMessageContaining("neither changed nor removed");
            hearsWhatIsNew(restored);
        }
    }

    /** The order of facts goes on: the listener's saved position is before what is written now. */
    private static void hearsWhatIsNew(Database restored) {
        OutboxEvents events =
                new OutboxEvents(restored.db(), restored.address(), Clock.systemUTC(), true);
        List<String> heard = new CopyOnWriteArrayList<>();
        events.listen("test", Set.of(), fact -> heard.add(fact.subject()));
        events.start();
        restored.db()
                .useTransaction(h ->
                        events.publish(
                                h, new Fact("test.n", "new", Set.of(Topic.ADMIN), Map.of())));
        Eventually.until("heard", () -> heard.contains("new"));
        events.stop(Duration.ofSeconds(5));
    }

    @Test
    void aDamagedArchiveIsRefusedAndNothingIsLeft() throws Exception {
        for (int i = 0; i < 50; i++) {
            act(i);
        }
        Path archive = directory.resolve("b.zip");
        create(archive);
        List<Path> damaged = new ArrayList<>();
        Path cut = Files.copy(archive, directory.resolve("cut.zip"));
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(archive) / 2);
        }
        damaged.add(cut);
        Path flipped = directory.resolve("flipped.zip");
        try (ZipFile in = new ZipFile(archive.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(flipped))) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                if (entry.getName().equals("tables/audit_entries.copy")) {
                    bytes[5] ^= 1;
                }
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(bytes);
            }
        }
        damaged.add(flipped);
        Path data = directory.resolve("restored");
        for (Path one : damaged) {
            assertThatThrownBy(
                            () -> {
                                try (Archive opened = Archive.open(one)) {
                                    Restore.into(opened, DatabaseConfig.defaults(), data);
                                }
                            })
                    .isInstanceOf(CannotStart.class);
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void aPlaceThatIsNotEmptyIsLeftAlone() throws Exception {
        Path archive = directory.resolve("b.zip");
        create(archive);
        Path data = Files.createDirectories(directory.resolve("full"));
        Files.writeString(data.resolve("precious"), "x");
        try (Archive opened = Archive.open(archive)) {
            assertThatThrownBy(() -> Restore.into(opened, DatabaseConfig.defaults(), data))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("not empty");
            assertThatThrownBy(() ->
                            Restore.into(
                                    opened,
                                    DatabaseConfig.external(
                                            source.url(), source.user(), source.password()),
                                    directory.resolve("other")))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("not empty");
        }
        assertThat(data.resolve("precious")).hasContent("x");
        assertThat(directory.resolve("other")).isEmptyDirectory();
    }
}
