package coop.minga.plugin.loader.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The digests of a jar's entries, as a signature lists them. */
final class JarContent {

    private JarContent() {}

    /** SHA-256 of what every entry but the signature unpacks to, by the entry's name. */
    static SortedMap<String, String> digests(ZipFile zip) throws IOException {
        SortedMap<String, String> digests = new TreeMap<>();
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[64 * 1024];
        for (ZipEntry entry : Collections.list(zip.entries())) {
            if (entry.getName().equals(JarSignature.ENTRY)) {
                continue;
            }
            try (InputStream in = zip.getInputStream(entry)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    sha256.update(buffer, 0, n);
                }
            }
            digests.put(entry.getName(), HexFormat.of().formatHex(sha256.digest()));
        }
        return digests;
    }

    /** One line {@code <sha256> <name>} per entry, by name. */
    static String listing(Map<String, String> digests) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(digests)
                .forEach((name, digest) ->
                        text.append(digest).append("  ").append(name).append('\n'));
        return text.toString();
    }

    /** What the Ed25519 signature is over: the format's first line, then the listing. */
    static byte[] signedBytes(String listing) {
        return (JarSignature.HEADER + "\n" + listing).getBytes(StandardCharsets.UTF_8);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
