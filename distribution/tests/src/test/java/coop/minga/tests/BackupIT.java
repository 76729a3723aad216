package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

class BackupIT {

    @Test
    void aBackupMadeUnderLoadComesBackInAnEmptyPlace() throws Exception {
        try (RunningMinga minga = RunningMinga.started();
                RunningMinga other = RunningMinga.prepared()) {
            Caller admin = minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            String account = customer.get("/me").must(200).json().path("id").asText();
            Path archive = minga.config().resolve("backup.zip");

            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger done = new AtomicInteger();
            try (ExecutorService load = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<?> adjusting =
                        load.submit(() -> {
                            while (!enough.get()) {
                                admin.post(
                                                "/admin/accounts/" + account + "/adjustments",
                                                Map.of(
                                                        "asset", "COIN",
                                                        "bucket", "promo",
                                                        "op", "add",
                                                        "amount_minor", 1,
                                                        "reason", "load"))
                                        .must(201);
                                done.incrementAndGet();
                            }
                        });
                try {
                    Await.until(
                            Duration.ofSeconds(30),
                            "load",
                            () -> done.get() > 5 || adjusting.isDone());
                    int before = done.get();
                    RunningMinga.Ran made =
                            minga.run("backup", "create", "--to", archive.toString());
                    assertThat(made.code()).as(made.said()).isZero();
                    assertThat(done.get()).as("the host worked on meanwhile").isGreaterThan(before);
                } finally {
                    enough.set(true);
                }
                adjusting.get();
            }

            assertThat(minga.run("backup", "verify", archive.toString()).code()).isZero();
            flippedIsRefused(minga, archive);

            RunningMinga.Ran restored = other.run("backup", "restore", archive.toString());
            assertThat(restored.code()).as(restored.said()).isZero();
            RunningMinga.Ran verified = other.run("books", "verify");
            assertThat(verified.code()).as(verified.said()).isZero();
            assertThat(verified.said()).contains("books: balanced");
            other.start();
            Caller back = other.caller().logIn("rosa@minga.example");
            assertThat(back.get("/me").must(200).json().path("id").asText()).isEqualTo(account);
            assertThat(back.coins("available_minor")).isBetween(100_00L + 5, 100_00L + done.get());
            Caller operator = other.caller().logIn("admin@minga.example");
            assertThat(
                            operator.post("/admin/books/verify", Map.of())
                                    .must(200)
                                    .json()
                                    .path("balanced")
                                    .asBoolean())
                    .isTrue();
            // Not over what is there already.
            assertThat(other.run("backup", "restore", archive.toString()).code()).isEqualTo(1);
        }
    }

    private static void flippedIsRefused(RunningMinga minga, Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Path flipped = archive.resolveSibling("flipped.zip");
        Files.write(flipped, bytes);
        assertThat(minga.run("backup", "verify", flipped.toString()).code()).isEqualTo(1);
    }
}
