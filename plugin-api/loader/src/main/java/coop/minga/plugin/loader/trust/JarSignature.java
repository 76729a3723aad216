package coop.minga.plugin.loader.trust;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.trust.SignatureCheck.Invalid;
import coop.minga.plugin.loader.trust.SignatureCheck.Modified;
import coop.minga.plugin.loader.trust.SignatureCheck.Signed;
import coop.minga.plugin.loader.trust.SignatureCheck.UnknownPublisher;
import coop.minga.plugin.loader.trust.SignatureCheck.Unsigned;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads and checks the signature in a plugin jar, the entry {@code META-INF/MINGA.SIG}. It is UTF-8
 * text with line feeds:
 *
 * <pre>
 * Minga-Signature: 1
 * Key: (base64 of the Ed25519 public key in X.509 form)
 * Signature: (base64 of the 64 bytes of the Ed25519 signature)
 *
 * (SHA-256, 64 hex digits)  (name of an entry)
 * ...
 * </pre>
 *
 * <p>The listing has one line for every entry of the jar but the signature itself, folders
 * included, sorted by name, each with the digest of what the entry unpacks to. The signature is
 * over the first line, a line feed, and the listing with the line feed that ends each line. Because
 * the listing is inside, a changed jar is told from a broken signature, and the entry that was
 * changed is named.
 *
 * <p>The key in the file says only which key to check with: a signature counts when the operator
 * configured that key as a publisher's.
 */
public final class JarSignature {

    /** Where the signature is. */
    public static final String ENTRY = "META-INF/MINGA.SIG";

    static final String HEADER = "Minga-Signature: 1";

    private static final Pattern SHAPE =
            Pattern.compile(
                    Pattern.quote(HEADER)
                            + "\nKey: ([A-Za-z0-9+/=]{1,200})"
                            + "\nSignature: ([A-Za-z0-9+/=]{1,200})\n\n");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");

    private JarSignature() {}

    /**
     * Checks a jar whose entries were found to be in order ({@code PluginCache} does).
     *
     * @throws IOException when the jar cannot be read
     */
    public static SignatureCheck check(Path jar, Publishers publishers) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.getEntry(ENTRY);
            if (entry == null) {
                return new Unsigned();
            }
            return check(zip, zip.getInputStream(entry).readAllBytes(), publishers);
        }
    }

    private static SignatureCheck check(ZipFile zip, byte[] file, Publishers publishers)
            throws IOException {
        Optional<String> text = decoded(file);
        if (text.isEmpty()) {
            return unreadable();
        }
        Matcher head = SHAPE.matcher(text.get());
        if (!head.lookingAt()) {
            return unreadable();
        }
        String listing = text.get().substring(head.end());
        Optional<PublicKey> key = PublicKeys.read(head.group(1));
        Optional<Map<String, String>> listed = parse(listing);
        if (key.isEmpty() || listed.isEmpty()) {
            return unreadable();
        }
        if (!verifies(key.get(), listing, head.group(2))) {
            return new Invalid(
                    Text.of(
                            "it was not made by the key it names",
                            "no la hizo la clave que nombra"));
        }
        Optional<Text> difference = difference(listed.get(), JarContent.digests(zip));
        if (difference.isPresent()) {
            return new Modified(difference.get());
        }
        return publishers
                .nameOf(key.get())
                .<SignatureCheck>map(Signed::new)
                .orElseGet(() -> new UnknownPublisher(PublicKeys.fingerprint(key.get())));
    }

    private static Optional<String> decoded(byte[] file) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<Map<String, String>> parse(String listing) {
        Map<String, String> digests = new TreeMap<>();
        for (String line : listing.split("\n", -1)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                digests.put(matcher.group(2), matcher.group(1));
            } else if (!line.isEmpty()) {
                return Optional.empty();
            }
        }
        // Only the one way of writing it down: nothing hides between the lines.
        return JarContent.listing(digests).equals(listing)
                ? Optional.of(digests)
                : Optional.empty();
    }

    private static boolean verifies(PublicKey key, String listing, String base64) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(JarContent.signedBytes(listing));
            return signature.verify(Base64.getDecoder().decode(base64));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // A signature of a wrong form is a wrong signature.
            return false;
        }
    }

    private static Optional<Text> difference(
            Map<String, String> signed, Map<String, String> found) {
        TreeSet<String> names = new TreeSet<>(signed.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            String shown = "'" + shortened(name) + "' ";
            if (!signed.containsKey(name)) {
                return Optional.of(Text.of(shown + "was added", shown + "se añadió"));
            }
            if (!found.containsKey(name)) {
                return Optional.of(Text.of(shown + "was removed", shown + "se quitó"));
            }
            if (!found.get(name).equals(signed.get(name))) {
                return Optional.of(Text.of(shown + "was changed", shown + "se cambió"));
            }
        }
        return Optional.empty();
    }

    private static String shortened(String name) {
        return name.length() <= 120 ? name : name.substring(0, 120) + "…";
    }

    private static Invalid unreadable() {
        return new Invalid(Text.of("it cannot be read", "no se puede leer"));
    }
}
