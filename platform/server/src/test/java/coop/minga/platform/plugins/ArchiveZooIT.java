package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.loader.trust.JarSignature;
import coop.minga.plugin.loader.trust.SigningKey;
import coop.minga.plugin.testkit.SourceJar;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Jars that must not run: archives made to harm, and files that are not what somebody vouched for.
 * Every class in them leaves a mark when it is initialized.
 */
final class ArchiveZooIT {

    private static final SigningKey ACME = SigningKey.generate();
    private static final String MARK = "minga.zoo.";

    @TempDir Path folder;

    /** What becomes of a file: the code of its reason, its signature, words its reason has. */
    private record Fate(String code, SignatureState signature, String words) {}

    private final Map<String, Fate> wanted = new LinkedHashMap<>();

    /** An offering whose classes tell that they were initialized. */
    private static SourceJar marking(String id) {
        return SourceJar.plugin(id)
                .extension(
                        "sample.Offering",
                        SourceJar.offeringSource(
                                "Offering",
                                id,
                                "static { System.setProperty(\"" + MARK + id + "\", \"ran\"); }"));
    }

    private void drop(
            PluginYard yard,
            String name,
            byte[] jar,
            String code,
            SignatureState signature,
            String words) {
        yard.drop(name + ".jar", jar);
        wanted.put(name + ".jar", new Fate(code, signature, words));
    }

    private void drop(PluginYard yard, String name, SourceJar jar, String code, String words) {
        drop(yard, name, jar.bytes(), code, SignatureState.UNSIGNED, words);
    }

    private void good(PluginYard yard, String name, byte[] jar, SignatureState signature) {
        drop(yard, name, jar, "", signature, "");
    }

    private void archives(PluginYard yard) throws IOException {
        drop(
                yard,
                "parent-entry",
                marking("parent-entry").entry("../evil.class", new byte[1]),
                "bad-entry",
                "leads out of the jar");
        drop(
                yard,
                "symlink",
                withSymbolicLink(
                        marking("symlink")
                                .entry("zz-link", "/etc/passwd".getBytes(StandardCharsets.UTF_8))
                                .bytes()),
                "bad-entry",
                SignatureState.UNSIGNED,
                "symbolic link");
        drop(
                yard,
                "bomb",
                marking("bomb").entry("zeros", new byte[30 << 20]),
                "too-large",
                "100 times");
        drop(
                yard,
                "many-entries",
                withEntries(marking("many-entries").bytes(), 70_000),
                "too-large",
                SignatureState.UNSIGNED,
                "20000 are allowed");
        drop(
                yard,
                "more-entries",
                withEntries(marking("more-entries").bytes(), 20_001),
                "too-large",
                SignatureState.UNSIGNED,
                "more than 20000");
        drop(
                yard,
                "lib-traversal",
                marking("lib-traversal")
                        .library(
                                "x.jar",
                                SourceJar.library().entry("../../evil.class", new byte[1])),
                "bad-entry",
                "In lib/x.jar");
        drop(
                yard,
                "lib-in-folder",
                marking("lib-in-folder").entry("lib/../../evil.jar", new byte[1]),
                "bad-entry",
                "leads out of the jar");
        drop(
                yard,
                "bundles-api",
                marking("bundles-api").entry("coop/minga/plugin/api/Kind.class", new byte[10]),
                "bundled-host-classes",
                "coop.minga.plugin.api");
        drop(
                yard,
                "lib-bundles-slf4j",
                marking("lib-bundles-slf4j")
                        .library(
                                "log.jar",
                                SourceJar.library().entry("org/slf4j/Logger.class", new byte[10])),
                "bundled-host-classes",
                "In lib/log.jar");
        byte[] noise = new byte[30_000];
        new Random(1).nextBytes(noise);
        byte[] flipped = marking("flipped").entry("noise", noise).bytes();
        flipped[flipped.length / 2] ^= 4;
        drop(yard, "flipped", flipped, "damaged", SignatureState.UNSIGNED, "copy it again");
    }

    private void versions(PluginYard yard) {
        drop(
                yard,
                "newer-api",
                marking("newer-api").manifest("Plugin-Requires", ">=2.0.0 & <3.0.0"),
                "wrong-api-version",
                "this host has 0.1.0: upgrade Minga, or install a version of newer-api older than"
                        + " 1.0.0");
        drop(
                yard,
                "older-api",
                marking("older-api").manifest("Plugin-Requires", ">=0.0.1 & <0.1.0"),
                "wrong-api-version",
                "install a version of older-api newer than 1.0.0");
        drop(
                yard,
                "cycle-a",
                marking("cycle-a").manifest("Plugin-Dependencies", "cycle-b"),
                "dependency",
                "wait for each other");
        drop(
                yard,
                "cycle-b",
                marking("cycle-b").manifest("Plugin-Dependencies", "cycle-a"),
                "dependency",
                "wait for each other");
        good(
                yard,
                "twin-2",
                marking("twin").manifest("Plugin-Version", "2.0.0").bytes(),
                SignatureState.UNSIGNED);
        drop(
                yard,
                "twin-1",
                SourceJar.plugin("twin")
                        .extension(
                                "sample.Offering",
                                SourceJar.offeringSource(
                                        "Offering",
                                        "twin",
                                        "static { System.setProperty(\""
                                                + MARK
                                                + "twin-1\", \"ran\"); }")),
                "duplicate",
                "there twice");
    }

    private void vouchedFor(PluginYard yard) throws IOException {
        good(yard, "signed", marking("signed").signedBy(ACME), SignatureState.SIGNED);
        drop(
                yard,
                "added-class",
                with(
                        marking("added-class").signedBy(ACME),
                        Map.of(
                                "sample/Added.class",
                                marking("x").classes().get("sample/Offering.class"))),
                "modified",
                SignatureState.MODIFIED,
                "'sample/Added.class' was added");
        drop(
                yard,
                "changed-class",
                with(
                        marking("changed-class").signedBy(ACME),
                        Map.of(
                                "sample/Offering.class",
                                marking("changed-class")
                                        .source(
                                                "sample.Offering",
                                                SourceJar.offeringSource(
                                                        "Offering",
                                                        "other",
                                                        "static { System.setProperty(\""
                                                                + MARK
                                                                + "changed-class\", \"ran\"); }"))
                                        .classes()
                                        .get("sample/Offering.class"))),
                "modified",
                SignatureState.MODIFIED,
                "'sample/Offering.class' was changed");
        drop(
                yard,
                "forged",
                with(
                        marking("forged").signedBy(ACME),
                        Map.of(
                                JarSignature.ENTRY,
                                entry(marking("other").signedBy(ACME), JarSignature.ENTRY)
                                        .replaceFirst("\nSignature: .*", "\nSignature: AAAA")
                                        .getBytes(StandardCharsets.UTF_8))),
                "invalid-signature",
                SignatureState.INVALID,
                "not made by the key");
        good(
                yard,
                "stranger",
                marking("stranger").signedBy(SigningKey.generate()),
                SignatureState.UNSIGNED);

        yard.approve(marking("stripped").signedBy(ACME));
        drop(yard, "stripped", marking("stripped"), "signature-missing", "was signed by acme");
        yard.approve(marking("wrong-hash").bytes());
        drop(
                yard,
                "wrong-hash",
                marking("wrong-hash").entry("extra", new byte[1]).bytes(),
                "hash-differs",
                SignatureState.MODIFIED,
                "another file than the approved wrong-hash 1.0.0");
        yard.approve(marking("lower").manifest("Plugin-Version", "1.2.0").bytes());
        drop(yard, "lower", marking("lower"), "downgrade", "lower than the approved 1.2.0");
        byte[] approved = marking("approved").bytes();
        yard.approve(approved);
        good(yard, "approved", approved, SignatureState.UNSIGNED);
        Files.writeString(
                folder.resolve("plugins.core"), "%s  core-changed.jar\n".formatted("0".repeat(64)));
        drop(
                yard,
                "core-changed",
                marking("core-changed").bytes(),
                "modified",
                SignatureState.MODIFIED,
                "copy core-changed.jar from the installation again");
        Files.writeString(
                folder.resolve("plugins-deny.yaml"),
                """
                deny:
                  - id: denied
                    versions: "<1.0.1"
                    reason: {en: It loses data, es: Pierde datos}
                  - id: signed
                    versions: "<1.0.0"
                    reason: not this one
                """);
        drop(
                yard,
                "denied",
                marking("denied").signedBy(ACME),
                "denied",
                SignatureState.SIGNED,
                "It loses data");
    }

    @Test
    void jarThatMustNotRunSaysWhyAndNoneOfItsClassesIsLoaded() throws IOException {
        try (PluginYard yard = new PluginYard(folder)) {
            yard.know("acme", ACME);
            archives(yard);
            versions(yard);
            vouchedFor(yard);
            try (PluginService service = yard.service()) {
                service.start();
                Map<String, PluginView> seen = new TreeMap<>();
                service.list().forEach(view -> seen.put(view.file(), view));
                assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(wanted.keySet());
                wanted.forEach((file, fate) -> check(seen.get(file), fate));
                assertThat(marks())
                        .containsExactlyInAnyOrder("signed", "stranger", "approved", "twin");
            }
        } finally {
            marks().forEach(id -> System.clearProperty(MARK + id));
        }
    }

    private static void check(@Nullable PluginView view, Fate fate) {
        assertThat(view).isNotNull();
        Reason reason = view.reason();
        assertThat(view.standing().signature())
                .as("%s: %s", view.file(), reason)
                .isEqualTo(fate.signature());
        if (fate.code().isEmpty()) {
            assertThat(view.state())
                    .as("%s: %s", view.file(), reason)
                    .isEqualTo(PluginState.STARTED);
            return;
        }
        assertThat(view.state()).as(view.file()).isEqualTo(PluginState.FAILED);
        assertThat(reason).as(view.file()).isNotNull();
        assertThat(reason.code()).as("%s: %s", view.file(), reason.text()).isEqualTo(fate.code());
        assertThat(reason.text().in("en")).as(view.file()).contains(fate.words());
        assertThat(reason.text().in("es")).as(view.file()).isNotEqualTo(reason.text().in("en"));
    }

    private static List<String> marks() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(MARK))
                .map(name -> name.substring(MARK.length()))
                .toList();
    }

    // ---- jars that no honest tool makes

    private static Map<String, byte[]> unpacked(byte[] jar) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        return entries;
    }

    private static String entry(byte[] jar, String name) throws IOException {
        byte[] content = unpacked(jar).get(name);
        assertThat(content).isNotNull();
        return new String(content, StandardCharsets.UTF_8);
    }

    private static byte[] with(byte[] jar, Map<String, byte[]> others) throws IOException {
        Map<String, byte[]> entries = unpacked(jar);
        entries.putAll(others);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(each.getKey()));
                out.write(each.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] withEntries(byte[] jar, int count) throws IOException {
        Map<String, byte[]> more = new LinkedHashMap<>();
        for (int i = unpacked(jar).size(); i < count; i++) {
            more.put("f" + i, new byte[0]);
        }
        return with(jar, more);
    }

    /** Marks the last entry as a link the way Unix tools do. */
    private static byte[] withSymbolicLink(byte[] jar) {
        ByteBuffer buffer = ByteBuffer.wrap(jar).order(ByteOrder.LITTLE_ENDIAN);
        int last = -1;
        for (int i = 0; i < jar.length - 4; i++) {
            if (buffer.getInt(i) == 0x02014b50) {
                last = i;
            }
        }
        jar[last + 5] = 3;
        buffer.putInt(last + 38, 0xA1FF << 16);
        return jar;
    }
}
