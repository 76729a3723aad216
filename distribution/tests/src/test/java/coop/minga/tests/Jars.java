package coop.minga.tests;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars made from a good one. */
final class Jars {

    private Jars() {}

    /** The same jar under another id, with one line of its manifest changed; null removes it. */
    static byte[] with(byte[] jar, String header, @Nullable String value) throws IOException {
        return changed(jar, manifest(jar, header, value), Map.of());
    }

    /** A jar's own manifest. */
    static Manifest manifest(byte[] jar) throws IOException {
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            return new Manifest(in.getManifest());
        }
    }

    /** A jar's manifest with one line changed, and an id of its own. */
    static Manifest manifest(byte[] jar, String header, @Nullable String value) throws IOException {
        Path file = Files.createTempFile("minga", ".jar");
        try {
            Files.write(file, jar);
            try (JarFile read = new JarFile(file.toFile())) {
                Manifest manifest = new Manifest(read.getManifest());
                Attributes main = manifest.getMainAttributes();
                if (!header.equals("Plugin-Id")) {
                    main.putValue(
                            "Plugin-Id", "bad-" + Integer.toHexString((header + value).hashCode()));
                }
                if (value == null) {
                    main.remove(new Attributes.Name(header));
                } else {
                    main.putValue(header, value);
                }
                return manifest;
            }
        } finally {
            Files.delete(file);
        }
    }

    /** The same jar with another manifest, or none, and with entries put in or replaced. */
    static byte[] changed(byte[] jar, @Nullable Manifest manifest, Map<String, byte[]> more)
            throws IOException {
        Path file = Files.createTempFile("minga", ".jar");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Files.write(file, jar);
            try (JarFile read = new JarFile(file.toFile());
                    JarOutputStream out =
                            manifest == null
                                    ? new JarOutputStream(bytes)
                                    : new JarOutputStream(bytes, manifest)) {
                for (JarEntry entry : Collections.list(read.entries())) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)
                            && !more.containsKey(entry.getName())) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        read.getInputStream(entry).transferTo(out);
                    }
                }
                for (Map.Entry<String, byte[]> entry : more.entrySet()) {
                    out.putNextEntry(new JarEntry(entry.getKey()));
                    out.write(entry.getValue());
                }
            }
        } finally {
            Files.delete(file);
        }
        return bytes.toByteArray();
    }
}
