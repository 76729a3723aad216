package coop.minga.platform.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class BuiltJarsTest {

    @TempDir private Path project;
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");
    private BuiltJars jars;

    @BeforeEach
    void open() {
        jars = new BuiltJars(project.resolve("target"));
    }

    private static byte[] jar(String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("content"));
            out.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = Files.createDirectories(project.resolve("target")).resolve(name);
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.from(now));
        return file;
    }

    private List<Path> look() {
        return jars.look(now).stream().map(BuiltJars.Built::jar).toList();
    }

    @Test
    void aJarIsGivenOnceAndAgainWhenItIsRewritten() throws IOException {
        assertThat(look()).isEmpty();
        Path jar = write("a.jar", jar("one"));
        assertThat(look()).containsExactly(jar);
        assertThat(look()).isEmpty();
        now = now.plusSeconds(5);
        write("a.jar", jar("two"));
        assertThat(jars.look(now)).containsExactly(new BuiltJars.Built(jar, now));
    }

    @Test
    void aJarThatIsStillBeingWrittenIsWaitedFor() throws IOException {
        byte[] whole = jar("one");
        Path jar = write("a.jar", Arrays.copyOf(whole, whole.length / 2));
        assertThat(look()).isEmpty();
        now = now.plusSeconds(1);
        write("a.jar", whole);
        assertThat(look()).containsExactly(jar);
    }

    @Test
    void aJarThatNobodyFinishesIsGivenToBeRefused() throws IOException {
        Path jar = write("a.jar", new byte[] {1, 2, 3});
        assertThat(look()).isEmpty();
        now = now.plusSeconds(3);
        assertThat(look()).containsExactly(jar);
        assertThat(look()).isEmpty();
    }

    @Test
    void whatBuildsWriteBesideTheJarIsNotLookedAt() throws IOException {
        for (String other : List.of("a-sources.jar", "a-javadoc.jar", "original-a.jar", "a.txt")) {
            write(other, jar(other));
        }
        assertThat(look()).isEmpty();
    }
}
