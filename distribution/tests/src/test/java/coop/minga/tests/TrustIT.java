package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A publisher signs, a hoster decides: with the commands and routes they have. */
class TrustIT {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Path HELLO = Path.of(System.getProperty("minga.hello", ""));

    private static JsonNode plugin(Caller admin, String file) {
        for (JsonNode item : admin.get("/admin/plugins").must(200).json().path("items")) {
            if (item.path("file").asText().equals(file)) {
                return item;
            }
        }
        throw new AssertionError(file + " is not listed");
    }

    private static String said(RunningMinga minga, int code, String... arguments) {
        RunningMinga.Ran ran = minga.run(arguments);
        assertThat(ran.code()).as(ran.said()).isEqualTo(code);
        assertThat(ran.said()).doesNotContain("Exception", "\tat ");
        return ran.said();
    }

    @Test
    void signedJarWaitsForConsentAndChangedOneIsRefused() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            Path key = minga.config().resolve("publisher.pem");
            String made = said(minga, 0, "plugin", "keygen", "--key", key.toString());
            String publicKey = made.substring(made.indexOf("your-name: ") + 11).strip();
            assertThat(said(minga, 1, "plugin", "keygen", "--key", key.toString()))
                    .contains("never overwritten");
            Path signed = minga.config().resolve("offering-hello.jar");
            Files.copy(HELLO, signed);
            assertThat(said(minga, 0, "plugin", "sign", signed.toString(), "--key", key.toString()))
                    .contains("signed");

            minga.configure(
                    "minga.yaml",
                    "http:\n  rate_factor: 0\nplugins:\n  policy: ask\n  publishers:\n    acme: "
                            + publicKey
                            + "\n");
            Path hello = minga.plugins().resolve("offering-hello.jar");
            RunningMinga.place(signed, hello);
            minga.start();
            Caller admin = minga.setUp();

            JsonNode waiting = plugin(admin, "offering-hello.jar");
            assertThat(waiting.path("state").asText()).isEqualTo("consent");
            assertThat(waiting.path("signature").asText()).isEqualTo("signed");
            assertThat(waiting.path("publisher").asText()).isEqualTo("acme");
            assertThat(plugin(admin, "offering-sandbox.jar").path("signature").asText())
                    .isEqualTo("core");
            assertThat(said(minga, 0, "plugin", "list"))
                    .containsPattern("offering-hello +1\\.0\\.0|offering-hello +0\\.1\\.0")
                    .contains("consent", "signed by acme", "minga plugin approve offering-hello")
                    .containsPattern("offering-sandbox +\\S+ +started +core");

            admin.post(
                            "/admin/plugins/offering-hello/actions/approve",
                            Map.of("sha256", waiting.path("sha256").asText()))
                    .must(202);
            JsonNode runs = plugin(admin, "offering-hello.jar");
            assertThat(runs.path("state").asText()).isNotIn("consent", "failed");
            assertThat(runs.path("approved").asBoolean()).isTrue();
            assertThat(said(minga, 0, "plugin", "list")).contains("signed by acme, approved");

            Path changed = minga.config().resolve("changed.jar");
            Files.copy(signed, changed);
            try (FileSystem zip = FileSystems.newFileSystem(changed)) {
                Files.writeString(zip.getPath("added.txt"), "not signed");
            }
            RunningMinga.place(changed, minga.plugins().resolve("changed.jar"));
            Await.until(
                    BOUND,
                    "the changed jar is refused",
                    () -> said(minga, 0, "plugin", "list").contains("'added.txt' was added"));
            assertThat(plugin(admin, "changed.jar").path("signature").asText())
                    .isEqualTo("modified");
            assertThat(said(minga, 1, "plugin", "approve", "changed.jar", "--anyway"))
                    .contains("not what its publisher signed");
        }
    }
}
