package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** {@code minga plugin dev}: what is built is what serves. */
class PluginDevIT {

    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Path HELLO = Path.of(System.getProperty("minga.hello", ""));
    private static final Pattern SERVES =
            Pattern.compile("offering-hello \\S+ serves, (\\d+) ms after its jar was written");
    private static final Pattern SIGN_IN = Pattern.compile("Sign in as (\\S+) with (\\S+)");

    @Test
    void everyBuildServesAsSoonAsItsJarIsWritten() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared()) {
            Path project = Files.createDirectory(minga.data().resolveSibling("project"));
            minga.startBench(project);
            Matcher author = SIGN_IN.matcher(minga.output());
            assertThat(author.find()).as(minga.output()).isTrue();
            Caller caller = minga.caller().logIn(author.group(1), author.group(2));
            assertThat(label(caller)).isEmpty();

            Path jar = Files.createDirectory(project.resolve("target")).resolve("hello.jar");
            byte[] first = Files.readAllBytes(HELLO);
            Files.write(jar, first);
            awaitReloads(minga, 1);
            assertThat(label(caller)).isEqualTo("Greeting");
            // Hints come last, after a look into the jar.
            Await.until(
                    BOUND,
                    "what serves and what is missing are said",
                    () ->
                            minga.output().contains("offering hello: ready")
                                    && minga.output()
                                            .contains(
                                                    "no test extends OfferingBlueprintContract,"
                                                            + " PluginJarContract"));

            Files.write(jar, renamed(first, "Greeting", "Farewell"));
            awaitReloads(minga, 2);
            assertThat(label(caller)).isEqualTo("Farewell");

            Files.write(jar, Arrays.copyOf(first, first.length / 2));
            Await.until(
                    BOUND, "half a jar is refused", () -> minga.output().contains("is refused: "));
            Files.write(jar, first);
            awaitReloads(minga, 3);
            assertThat(label(caller)).isEqualTo("Greeting");

            System.out.println(
                    "served after its jar was written: "
                            + SERVES.matcher(minga.output())
                                    .results()
                                    .map(each -> each.group(1) + " ms")
                                    .toList());
            minga.stop();
        }
    }

    @Test
    void aFolderThatIsNotThereIsSaid() {
        try (RunningMinga minga = RunningMinga.prepared()) {
            RunningMinga.Ran ran = minga.run("plugin", "dev", "/nowhere");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.said()).contains("There is no folder /nowhere");
        }
    }

    private static void awaitReloads(RunningMinga minga, int count) {
        Await.until(
                BOUND,
                count + " builds taken in",
                () -> SERVES.matcher(minga.output()).results().count() >= count);
    }

    /** What the checkout form calls the customer's greeting; empty without the plugin. */
    private static String label(Caller caller) {
        for (JsonNode form : caller.get("/admin/schemas").must(200).json().path("items")) {
            if (form.path("name").asText().equals("hello")
                    && form.path("purpose").asText().equals("checkout")) {
                return form.path("schema")
                        .path("properties")
                        .path("greeting")
                        .path("title")
                        .asText();
            }
        }
        return "";
    }

    /** The jar as if a word in the source had been another one of the same length. */
    private static byte[] renamed(byte[] jar, String word, String other) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                out.write(content.replace(word, other).getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return bytes.toByteArray();
    }
}
