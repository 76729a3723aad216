package coop.minga.plugin.loader.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

final class JarSignatureTest {

    private static final SigningKey KEY = SigningKey.generate();
    private static final Publishers KNOWN = Publishers.of(Map.of("acme", KEY.publicKey()));

    @TempDir Path folder = Path.of(".");

    private Path jar(Map<String, String> entries) throws IOException {
        Path jar = folder.resolve("some.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (Map.Entry<String, String> each : entries.entrySet()) {
                byte[] content = each.getValue().getBytes(StandardCharsets.UTF_8);
                ZipEntry entry = new ZipEntry(each.getKey());
                if (each.getKey().startsWith("lib/")) {
                    CRC32 sum = new CRC32();
                    sum.update(content);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(content.length);
                    entry.setCrc(sum.getValue());
                }
                out.putNextEntry(entry);
                out.write(content);
            }
        }
        return jar;
    }

    private static Map<String, String> content() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");
        entries.put("sample/", "");
        entries.put("sample/A.class", "aaaa".repeat(500));
        entries.put("lib/inner.jar", "stored");
        return entries;
    }

    /** The signed jar's entries, to be changed and packed again. */
    private Map<String, String> signed() throws IOException {
        Path jar = jar(content());
        KEY.sign(jar);
        Map<String, String> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (var all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                entries.put(
                        entry.getName(),
                        new String(
                                zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return entries;
    }

    private SignatureCheck check(Map<String, String> entries) throws IOException {
        return JarSignature.check(jar(entries), KNOWN);
    }

    private static void changed(SignatureCheck check, String words) {
        assertThat(check)
                .isInstanceOfSatisfying(
                        SignatureCheck.Modified.class,
                        modified -> {
                            assertThat(modified.what().in("en")).isEqualTo(words);
                            assertThat(modified.what().byLanguage()).containsKey("es");
                        });
    }

    @Test
    void everySignedEntryKeepsItsContentAndTheSignatureHolds() throws IOException {
        Map<String, String> entries = signed();
        assertThat(entries).containsAllEntriesOf(content());
        assertThat(check(entries)).isEqualTo(new SignatureCheck.Signed("acme"));
    }

    @Test
    void sameJarAndKeyGiveTheSameBytes() throws IOException {
        Path jar = jar(content());
        KEY.sign(jar);
        byte[] once = Files.readAllBytes(jar);
        KEY.sign(jar);
        assertThat(jar).hasBinaryContent(once);
        assertThat(folder.toFile().list()).containsExactly("some.jar");
    }

    @Test
    void jarWithoutSignatureIsUnsigned() throws IOException {
        assertThat(check(content())).isEqualTo(new SignatureCheck.Unsigned());
        Map<String, String> stripped = signed();
        stripped.remove(JarSignature.ENTRY);
        assertThat(check(stripped)).isEqualTo(new SignatureCheck.Unsigned());
    }

    @Test
    void addedChangedAndRemovedEntriesAreNamed() throws IOException {
        Map<String, String> added = signed();
        added.put("sample/Evil.class", "evil");
        changed(check(added), "'sample/Evil.class' was added");

        Map<String, String> changed = signed();
        changed.put("lib/inner.jar", "other");
        changed(check(changed), "'lib/inner.jar' was changed");

        Map<String, String> removed = signed();
        removed.remove("sample/A.class");
        changed(check(removed), "'sample/A.class' was removed");
    }

    @Test
    void listingThatWasMadeToFitTheChangeIsNoLongerSigned() throws IOException {
        Map<String, String> other = content();
        other.put("sample/Evil.class", "evil");
        Path jar = jar(other);
        String listing;
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            listing = JarContent.listing(JarContent.digests(zip));
        }
        Map<String, String> entries = signed();
        String signature = entries.get(JarSignature.ENTRY);
        String head = signature.substring(0, signature.indexOf("\n\n") + 2);
        other.put(JarSignature.ENTRY, head + listing);
        assertThat(check(other)).isInstanceOf(SignatureCheck.Invalid.class);
    }

    @Test
    void signatureBySomebodyElseUnderAKnownKeyIsInvalid() throws IOException {
        SigningKey other = SigningKey.generate();
        Path jar = jar(content());
        other.sign(jar);
        assertThat(JarSignature.check(jar, KNOWN))
                .isEqualTo(new SignatureCheck.UnknownPublisher(other.fingerprint()));
        Map<String, String> entries = signed();
        entries.computeIfPresent(
                JarSignature.ENTRY, (_, text) -> text.replace(KEY.publicKey(), other.publicKey()));
        assertThat(check(entries)).isInstanceOf(SignatureCheck.Invalid.class);
    }

    @Test
    void whatCannotBeReadAsASignatureIsInvalid() throws IOException {
        String good = signed().get(JarSignature.ENTRY);
        for (String bad :
                new String[] {
                    "",
                    "nonsense",
                    good.replace("Minga-Signature: 1", "Minga-Signature: 2"),
                    good.replace("\nKey: ", "\nKey: !"),
                    good.replace("Key: M", "Key: Q"),
                    good + "\n",
                    good + "not a line\n",
                    good.replace("\n", "\r\n"),
                    good.substring(0, good.length() - 1),
                    good.replaceFirst("\nSignature: [^\n]*", "\nSignature: AAAA")
                }) {
            Map<String, String> entries = content();
            entries.put(JarSignature.ENTRY, bad);
            assertThat(check(entries)).as(bad).isInstanceOf(SignatureCheck.Invalid.class);
        }
    }

    @Test
    void keyIsWrittenForItsOwnerAndReadAgain() throws IOException {
        Path file = folder.resolve("key.pem");
        KEY.write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(SigningKey.read(file).publicKey()).isEqualTo(KEY.publicKey());
        assertThatThrownBy(() -> KEY.write(file)).isInstanceOf(IOException.class);
        Files.writeString(file, "no key");
        assertThatThrownBy(() -> SigningKey.read(file)).hasMessageContaining("BEGIN PRIVATE KEY");
    }

    @Test
    void keyMadeByOpensslIsRead() throws IOException {
        Path file = folder.resolve("openssl.pem");
        Files.writeString(
                file,
                """
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VwBCIEIO1cNmfZ5Eb+bQ3x04PoUfsbkL9sq1xf+liFP1UB7ibY
                -----END PRIVATE KEY-----
                """);
        assertThat(SigningKey.read(file).publicKey())
                .isEqualTo("MCowBQYDK2VwAyEAZMffKnaqw7H+HoztWn5IMqF46BInc3kk+uJ/7LrXOxc=");
    }

    @Test
    void publisherWithoutAUsableKeyIsNamed() {
        assertThatThrownBy(() -> Publishers.of(Map.of("acme", "nonsense")))
                .hasMessageContaining("acme")
                .hasMessageContaining("Ed25519");
        assertThatThrownBy(() -> Publishers.of(Map.of("a b", KEY.publicKey())))
                .hasMessageContaining("'a b'");
    }
}
