package coop.minga.plugin.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.loader.PluginRejected.Code;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

final class PluginCacheTest {

    private static final String MANIFEST =
            """
            Manifest-Version: 1.0
            Plugin-Id: good
            Plugin-Version: 1.0.0
            Plugin-Requires: >=0.1.0 & <1.0.0
            Plugin-Provider: Minga
            Plugin-License: Apache-2.0
            Minga-Kinds: offering
            """;

    @TempDir Path folder;
    private PluginCache cache = new PluginCache(Path.of("."), ArchiveLimits.standard());
    private Path jar = Path.of(".");

    @BeforeEach
    void setUp() {
        cache = new PluginCache(folder.resolve("cache"), ArchiveLimits.standard());
        jar = folder.resolve("dropped.jar");
    }

    private record Item(String name, byte[] content) {}

    private static Item item(String name, String content) {
        return new Item(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] zip(Item... items) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Item item : items) {
                out.putNextEntry(new ZipEntry(item.name()));
                out.write(item.content());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] plugin(Item... items) throws IOException {
        List<Item> all = new ArrayList<>();
        all.add(item("META-INF/MANIFEST.MF", MANIFEST));
        all.addAll(List.of(items));
        return zip(all.toArray(Item[]::new));
    }

    private UnpackedPlugin admit(byte[] bytes) throws IOException {
        Files.write(jar, bytes);
        return cache.admit(jar, hash -> {});
    }

    private void refuses(byte[] bytes, Code code, String words) {
        assertThatThrownBy(() -> admit(bytes))
                .isInstanceOfSatisfying(
                        PluginRejected.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
        assertThat(folder.resolve("cache")).isEmptyDirectory();
    }

    @Test
    void goodPluginIsCopiedWithItsLibraries() throws IOException {
        byte[] library = zip(item("org/example/Thing.class", "x"));
        UnpackedPlugin unpacked = admit(plugin(new Item("lib/thing-1.0.jar", library)));
        assertThat(unpacked.manifest().id()).isEqualTo("good");
        assertThat(unpacked.sha256()).matches("[0-9a-f]{64}");
        assertThat(unpacked.jar()).hasSameBinaryContentAs(jar);
        assertThat(unpacked.libraries()).hasSize(1);
        assertThat(unpacked.libraries().getFirst()).hasBinaryContent(library);
        assertThat(unpacked.jar().getParent()).hasFileName(unpacked.sha256());
    }

    @Test
    void samePluginTwiceIsOneCopy() throws IOException {
        UnpackedPlugin first = admit(plugin());
        UnpackedPlugin second = admit(plugin());
        assertThat(second).isEqualTo(first);
        assertThat(Files.list(folder.resolve("cache"))).hasSize(1);
    }

    @Test
    void jarReadAheadIsAdmittedLikeAnyOther() throws IOException {
        Files.write(jar, plugin());
        cache.anticipate(jar.getParent());
        UnpackedPlugin ahead = cache.admit(jar, hash -> {});
        assertThat(ahead).isEqualTo(cache.admit(jar, hash -> {}));
        assertThat(ahead.jar()).hasSameBinaryContentAs(jar);
    }

    @Test
    void jarThatChangedSinceItWasReadAheadIsReadAgain() throws IOException {
        Files.write(jar, plugin());
        cache.anticipate(jar.getParent());
        Files.write(jar, plugin(item("other.txt", "x")));
        assertThat(cache.admit(jar, hash -> {}).jar()).hasSameBinaryContentAs(jar);
    }

    @Test
    void refusalOfAJarReadAheadIsToldWhenItIsAskedFor() throws IOException {
        Files.writeString(jar, "not even a jar");
        cache.anticipate(jar.getParent());
        assertThatThrownBy(() -> cache.admit(jar, hash -> {})).isInstanceOf(PluginRejected.class);
    }

    @Test
    void unapprovedHashIsRefusedBeforeAnythingElse() throws IOException {
        Files.write(jar, "not even a jar".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() ->
                        cache.admit(
                                jar,
                                hash -> {
                                    throw new PluginRejected(Code.NOT_APPROVED, "no " + hash, "no");
                                }))
                .isInstanceOfSatisfying(
                        PluginRejected.class,
                        e -> assertThat(e.code()).isEqualTo(Code.NOT_APPROVED));
    }

    @Test
    void emptyTextAndTruncatedFilesAreNoJars() throws IOException {
        refuses(new byte[0], Code.NOT_A_JAR, "empty");
        refuses("hello".getBytes(StandardCharsets.UTF_8), Code.NOT_A_JAR, "not a readable jar");
        byte[] good = plugin(item("a.txt", "hello"));
        for (int length : new int[] {1, 30, good.length / 2, good.length - 1}) {
            refuses(java.util.Arrays.copyOf(good, length), Code.NOT_A_JAR, "not a readable jar");
        }
    }

    @Test
    void missingManifestIsNamed() throws IOException {
        refuses(zip(item("a.txt", "hello")), Code.BAD_MANIFEST, "no META-INF/MANIFEST.MF");
    }

    @Test
    void flippedBitInContentIsFound() throws IOException {
        byte[] noise = new byte[20_000];
        new Random(5).nextBytes(noise);
        byte[] bytes = plugin(new Item("noise.bin", noise));
        bytes[bytes.length / 2] ^= 0x10;
        refuses(bytes, Code.DAMAGED, "damaged");
    }

    @Test
    void anyFlippedBitIsRefusedOrHarmless() throws IOException {
        byte[] good = plugin(item("a/b.txt", "hello"), item("c.txt", "world"));
        Random random = new Random(11);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                admit(bytes);
            } catch (PluginRejected e) {
                assertThat(e.reason().in("es")).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "../evil.txt, leads out",
        "a/../../evil.txt, leads out",
        "/etc/passwd, absolute",
        "C:/evil.txt, absolute",
        "a\\b.txt, absolute",
        "a//b.txt, leads out",
        "lib/deep/x.jar, lib/ holds jars only",
        "lib/readme.txt, lib/ holds jars only",
    })
    void entryOutOfPlaceIsRefused(String name, String words) throws IOException {
        refuses(plugin(item(name, "x")), Code.BAD_ENTRY, words);
    }

    @Test
    void controlCharacterInANameIsRefused() throws IOException {
        refuses(plugin(item("a\u0000b", "x")), Code.BAD_ENTRY, "control characters");
    }

    @Test
    void duplicateEntryIsRefused() throws IOException {
        byte[] bytes = plugin(item("one.txt", "x"), item("two.txt", "y"));
        replaceAll(bytes, "two.txt", "one.txt");
        refuses(bytes, Code.BAD_ENTRY, "twice");
    }

    @Test
    void symbolicLinkIsRefused() throws IOException {
        byte[] bytes = plugin(item("link", "/etc/passwd"));
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int last = -1;
        for (int i = 0; i < bytes.length - 4; i++) {
            if (buffer.getInt(i) == 0x02014b50) {
                last = i;
            }
        }
        bytes[last + 5] = 3;
        buffer.putInt(last + 38, 0xA1FF << 16);
        refuses(bytes, Code.BAD_ENTRY, "symbolic link");
    }

    @ParameterizedTest
    @CsvSource({
        "coop/minga/plugin/api/Kind.class",
        "org/slf4j/Logger.class",
        "org/pf4j/Plugin.class",
        "org/jspecify/annotations/Nullable.class",
        "META-INF/versions/21/org/slf4j/Logger.class",
    })
    void hostClassesInsideAreRefused(String name) throws IOException {
        refuses(plugin(item(name, "x")), Code.BUNDLED, "provided");
        byte[] library = zip(item(name, "x"));
        refuses(plugin(new Item("lib/x.jar", library)), Code.BUNDLED, "In lib/x.jar");
    }

    @Test
    void bombIsRefused() throws IOException {
        refuses(
                plugin(new Item("zeros.bin", new byte[20 << 20])),
                Code.TOO_LARGE,
                "more than 100 times");
    }

    @Test
    void lieAboutSizesIsFound() throws IOException {
        byte[] bytes = plugin(new Item("zeros.bin", new byte[4 << 20]));
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bytes.length - 4; i++) {
            if (buffer.getInt(i) == 0x02014b50 && buffer.getInt(i + 24) == 4 << 20) {
                buffer.putInt(i + 24, 100);
            }
        }
        assertThatThrownBy(() -> admit(bytes)).isInstanceOf(PluginRejected.class);
    }

    @Test
    void limitsAreKept() throws IOException {
        cache = new PluginCache(folder.resolve("cache"), new ArchiveLimits(3000, 10, 5000, 100));
        byte[] noise = new byte[4000];
        new Random(3).nextBytes(noise);
        refuses(plugin(new Item("noise.bin", noise)), Code.TOO_LARGE, "more than 0 MiB");
        refuses(
                plugin(
                        java.util.stream.IntStream.range(0, 10)
                                .mapToObj(i -> item("f" + i, ""))
                                .toArray(Item[]::new)),
                Code.TOO_LARGE,
                "11 entries");
        refuses(plugin(new Item("a", new byte[6000])), Code.TOO_LARGE, "unpacked");
    }

    @Test
    void folderAndLinkAreRefused() throws IOException {
        Files.createDirectory(jar);
        assertThatThrownBy(() -> cache.admit(jar, hash -> {})).hasMessageContaining("regular file");
        Path link = folder.resolve("link.jar");
        Files.createSymbolicLink(link, folder.resolve("target.jar"));
        assertThatThrownBy(() -> cache.admit(link, hash -> {}))
                .hasMessageContaining("regular file");
    }

    @Test
    void pruningKeepsWhatIsUsed() throws IOException {
        UnpackedPlugin kept = admit(plugin());
        admit(plugin(item("other.txt", "x")));
        Files.createDirectory(folder.resolve("cache/draft-123"));
        cache.prune(java.util.Set.of(kept.sha256()));
        assertThat(Files.list(folder.resolve("cache"))).hasSize(1);
        assertThat(kept.jar()).exists();
    }

    private static void replaceAll(byte[] bytes, String from, String to) {
        byte[] old = from.getBytes(StandardCharsets.UTF_8);
        byte[] fresh = to.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= bytes.length - old.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + old.length, old, 0, old.length)) {
                System.arraycopy(fresh, 0, bytes, i, fresh.length);
            }
        }
    }
}
