package coop.minga.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.config.CannotStart;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

final class MigrationsIT {

    @TempDir Path folder;

    @Test
    void hostsThatStartAtOnceTakeTurns() throws Exception {
        try (TestDatabase empty = TestDatabase.empty();
                ExecutorService hosts = Executors.newFixedThreadPool(3)) {
            List<Callable<Integer>> starts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                starts.add(() -> Migrations.run(empty.address()));
            }
            int ran = 0;
            for (Future<Integer> start : hosts.invokeAll(starts)) {
                ran += start.get();
            }
            assertThat(ran).isPositive().isEqualTo(applied(empty));
        }
    }

    private static int applied(TestDatabase database) {
        return database.db()
                .read(h ->
                        h.createQuery(
                                        "SELECT count(*) FROM schema_history WHERE success"
                                                + " AND version IS NOT NULL")
                                .mapTo(int.class)
                                .one());
    }

    @Test
    void aDatabaseOfANewerReleaseIsRefused() {
        try (TestDatabase database = TestDatabase.create()) {
            database.db()
                    .useTransaction(h ->
                            h.execute(
                                    "INSERT INTO schema_history (installed_rank, version,"
                                            + " description, type, script, installed_by,"
                                            + " execution_time, success) VALUES (1000, '999',"
                                            + " 'later', 'SQL', 'V999__later.sql', 'x', 1,"
                                            + " true)"));
            assertThatThrownBy(() -> Migrations.run(database.address()))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("999")
                    .hasMessageContaining("newer Minga");
        }
    }

    @Test
    void onlyWhatRanFromExactlyTheseFilesIsDone() throws Exception {
        Map<String, Integer> files = packedFiles();
        try (TestDatabase empty = TestDatabase.empty();
                TestDatabase database = TestDatabase.create()) {
            assertThat(isDone(empty, files)).isFalse();
            assertThat(isDone(database, files)).isTrue();

            Map<String, Integer> more = new TreeMap<>(files);
            more.put("V998__next.sql", 1);
            assertThat(isDone(database, more)).as("a file that has not run").isFalse();

            Map<String, Integer> fewer = new TreeMap<>(files);
            fewer.remove("V001__jobs_events_audit.sql");
            assertThat(isDone(database, fewer)).as("a database of a newer release").isFalse();

            for (String mischief : List.of("checksum = checksum + 1", "success = false")) {
                try (TestDatabase other = TestDatabase.create()) {
                    other.db()
                            .useTransaction(h ->
                                    h.execute(
                                            "UPDATE schema_history SET "
                                                    + mischief
                                                    + " WHERE version = '001'"));
                    assertThat(isDone(other, files)).as(mischief).isFalse();
                }
            }
        }
    }

    private static boolean isDone(TestDatabase database, Map<String, Integer> files) {
        return database.db().read(handle -> Migrations.areDone(handle, files));
    }

    /** As they travel in the server's jar, which is made here if the tests run without one. */
    private Map<String, Integer> packedFiles() throws Exception {
        Optional<Map<String, Integer>> travelling = MigrationFiles.checksums();
        if (travelling.isPresent()) {
            return travelling.get();
        }
        Path packed = folder.resolve("server.jar");
        Path files = Path.of(Migrations.class.getResource("/db/migration").toURI());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(packed));
                Stream<Path> sources = Files.list(files)) {
            out.putNextEntry(new JarEntry("db/migration/"));
            for (Path source : sources.toList()) {
                out.putNextEntry(new JarEntry("db/migration/" + source.getFileName()));
                Files.copy(source, out);
            }
        }
        try (JarFile jar = new JarFile(packed.toFile())) {
            return MigrationFiles.checksums(jar);
        }
    }

    @Test
    void aMigrationChangedAfterwardsIsRefused() {
        try (TestDatabase database = TestDatabase.create()) {
            database.db()
                    .useTransaction(h ->
                            h.execute(
                                    "UPDATE schema_history SET checksum = checksum + 1"
                                            + " WHERE version = '001'"));
            assertThatThrownBy(() -> Migrations.run(database.address()))
                    .isInstanceOf(CannotStart.class);
        }
    }
}
