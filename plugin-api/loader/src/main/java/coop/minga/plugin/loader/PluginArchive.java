package coop.minga.plugin.loader;

import coop.minga.plugin.loader.PluginRejected.Code;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Looks at a jar as a file of a stranger: its directory is read by hand, because the JDK's reader
 * says nothing of symbolic links and is generous with what it accepts.
 */
final class PluginArchive {

    private static final Pattern LIBRARY = Pattern.compile("lib/[^/]+\\.jar");
    private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/\\d+/(.*)");
    private static final List<String> HOST_PACKAGES =
            List.of("coop/minga/plugin/api/", "org/pf4j/", "org/slf4j/", "org/jspecify/");
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int END_SIZE = 22;
    private static final int ENTRY_SIZE = 46;
    private static final int UNIX = 3;
    private static final int FILE_TYPE = 0xF000;
    private static final int SYMBOLIC_LINK = 0xA000;

    private final Path file;
    private final ArchiveLimits limits;

    PluginArchive(Path file, ArchiveLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    private record Entry(
            String name, long packed, long unpacked, int flags, int method, int unixMode) {}

    /**
     * Checks the jar and every entry's bytes.
     *
     * @return the names of the libraries inside
     */
    List<String> check() {
        List<String> libraries = checkNames();
        checkContent();
        return libraries;
    }

    /**
     * Checks what the jar's directory says of its entries, and leaves their bytes alone.
     *
     * @return the names of the libraries inside
     */
    List<String> checkNames() {
        List<Entry> entries = directory();
        checkSizes(entries);
        List<String> libraries = new ArrayList<>();
        for (Entry entry : entries) {
            checkName(entry);
            checkHostClasses(entry.name());
            if (entry.name().startsWith("lib/") && !entry.name().equals("lib/")) {
                if (!LIBRARY.matcher(entry.name()).matches()) {
                    throw badEntry(
                            entry.name(),
                            "lib/ holds jars only, without folders",
                            "lib/ contiene solo jars, sin carpetas");
                }
                libraries.add(entry.name());
            }
        }
        return libraries;
    }

    /** Checks a library that was inside a plugin. */
    void checkLibrary() {
        List<Entry> entries = directory();
        checkSizes(entries);
        for (Entry entry : entries) {
            checkName(entry);
            checkHostClasses(entry.name());
        }
    }

    Manifest manifest() {
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new PluginRejected(
                        Code.BAD_MANIFEST,
                        "The jar has no META-INF/MANIFEST.MF.",
                        "El jar no tiene META-INF/MANIFEST.MF.");
            }
            return manifest;
        } catch (IOException e) {
            throw new PluginRejected(
                    Code.BAD_MANIFEST,
                    "The manifest cannot be read: " + PluginManifest.shown("" + e.getMessage()),
                    "No se puede leer el manifiesto: " + PluginManifest.shown("" + e.getMessage()),
                    e);
        }
    }

    private List<Entry> directory() {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size == 0) {
                throw new PluginRejected(
                        Code.NOT_A_JAR, "The file is empty.", "El archivo está vacío.");
            }
            int tailSize = (int) Math.min(size, END_SIZE + 65_535L);
            ByteBuffer tail = read(channel, size - tailSize, tailSize);
            int end = -1;
            for (int i = tailSize - END_SIZE; i >= 0 && end < 0; i--) {
                if (tail.getInt(i) == END_SIGNATURE
                        && i + END_SIZE + unsigned(tail, i + 20) == tailSize) {
                    end = i;
                }
            }
            if (end < 0) {
                throw notAJar("it has no end of a zip directory (cut short, or no jar at all)");
            }
            int count = unsigned(tail, end + 10);
            long directorySize = tail.getInt(end + 12) & 0xFFFFFFFFL;
            long directoryStart = tail.getInt(end + 16) & 0xFFFFFFFFL;
            if (count == 0xFFFF) {
                throw tooLarge(
                        "65535 entries or more, and " + limits.entries() + " are allowed",
                        "65535 entradas o más, y se permiten " + limits.entries());
            }
            if (directorySize == 0xFFFFFFFFL || directoryStart == 0xFFFFFFFFL) {
                throw notAJar("it is in the ZIP64 form, which no plugin of this size needs");
            }
            if (directoryStart + directorySize != size - tailSize + end) {
                throw notAJar("its directory is not where it says");
            }
            if (count > limits.entries()) {
                throw tooLarge(
                        count + " entries, more than " + limits.entries(),
                        count + " entradas, más de " + limits.entries());
            }
            return entries(read(channel, directoryStart, (int) directorySize), count);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw notAJar("its directory cannot be read");
        }
    }

    private static List<Entry> entries(ByteBuffer directory, int count) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (directory.getInt(at) != ENTRY_SIGNATURE) {
                throw notAJar("its directory cannot be read");
            }
            int nameLength = unsigned(directory, at + 28);
            byte[] name = new byte[nameLength];
            directory.get(at + ENTRY_SIZE, name);
            boolean unix = directory.get(at + 5) == UNIX;
            entries.add(
                    new Entry(
                            new String(name, StandardCharsets.UTF_8),
                            directory.getInt(at + 20) & 0xFFFFFFFFL,
                            directory.getInt(at + 24) & 0xFFFFFFFFL,
                            unsigned(directory, at + 8),
                            unsigned(directory, at + 10),
                            unix ? directory.getInt(at + 38) >>> 16 : 0));
            at +=
                    ENTRY_SIZE
                            + nameLength
                            + unsigned(directory, at + 30)
                            + unsigned(directory, at + 32);
        }
        if (at != directory.capacity()) {
            throw notAJar("its directory holds more than it says");
        }
        return entries;
    }

    private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xFFFF;
    }

    private void checkSizes(List<Entry> entries) {
        long unpacked = 0;
        long packed = 1;
        for (Entry entry : entries) {
            unpacked += entry.unpacked();
            packed += entry.packed();
        }
        if (unpacked > limits.unpackedBytes()) {
            throw tooLarge(
                    "more than " + (limits.unpackedBytes() >> 20) + " MiB unpacked",
                    "más de " + (limits.unpackedBytes() >> 20) + " MiB descomprimido");
        }
        // A few small files of repeated text pack very well and harm nobody.
        if (unpacked > 1L << 20 && unpacked / packed > limits.ratio()) {
            throw tooLarge(
                    "it unpacks to more than " + limits.ratio() + " times its size",
                    "se descomprime a más de " + limits.ratio() + " veces su tamaño");
        }
        Set<String> seen = new HashSet<>();
        for (Entry entry : entries) {
            if (!seen.add(entry.name())) {
                throw badEntry(entry.name(), "it is there twice", "está dos veces");
            }
        }
    }

    private static void checkName(Entry entry) {
        String name = entry.name();
        String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        if (path.isEmpty() || name.length() > 1000) {
            throw badEntry(name, "it has no usable name", "no tiene un nombre utilizable");
        }
        if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0xFFFD)) {
            throw badEntry(
                    name,
                    "its name has control characters or is not UTF-8",
                    "su nombre tiene caracteres de control o no es UTF-8");
        }
        if (path.startsWith("/") || path.contains("\\") || path.matches("[A-Za-z]:.*")) {
            throw badEntry(name, "its path is absolute", "su ruta es absoluta");
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw badEntry(name, "its path leads out of the jar", "su ruta sale del jar");
            }
        }
        if ((entry.unixMode() & FILE_TYPE) == SYMBOLIC_LINK) {
            throw badEntry(name, "it is a symbolic link", "es un enlace simbólico");
        }
        if ((entry.flags() & 1) != 0) {
            throw badEntry(name, "it is encrypted", "está cifrada");
        }
        if (entry.method() != ZipEntry.STORED && entry.method() != ZipEntry.DEFLATED) {
            throw badEntry(
                    name,
                    "it is packed by a method Java does not read",
                    "está comprimida con un método que Java no lee");
        }
    }

    private static void checkHostClasses(String name) {
        var versioned = VERSIONED.matcher(name);
        String plain = versioned.matches() ? versioned.group(1) : name;
        if (!plain.endsWith(".class")) {
            return;
        }
        for (String prefix : HOST_PACKAGES) {
            if (plain.startsWith(prefix)) {
                String dotted = prefix.substring(0, prefix.length() - 1).replace('/', '.');
                throw new PluginRejected(
                        Code.BUNDLED,
                        "It brings classes of "
                                + dotted
                                + ", which the host provides; give that dependency the scope"
                                + " 'provided', or exclude it.",
                        "Trae clases de "
                                + dotted
                                + ", que aporta el anfitrión; dale a esa dependencia el ámbito"
                                + " 'provided' o exclúyela.");
            }
        }
    }

    /** Inflates every entry, because what the directory says of sizes may be a lie. */
    private void checkContent() {
        byte[] buffer = new byte[16 * 1024];
        long unpacked = 0;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                CRC32 sum = new CRC32();
                long size = 0;
                try (InputStream in = zip.getInputStream(entry)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        sum.update(buffer, 0, n);
                        size += n;
                        unpacked += n;
                        if (unpacked > limits.unpackedBytes()) {
                            throw tooLarge(
                                    "more than " + (limits.unpackedBytes() >> 20) + " MiB unpacked",
                                    "más de "
                                            + (limits.unpackedBytes() >> 20)
                                            + " MiB descomprimido");
                        }
                    }
                }
                if (size != entry.getSize() || sum.getValue() != entry.getCrc()) {
                    throw damaged(entry.getName());
                }
            }
        } catch (ZipException | EOFException e) {
            throw damaged("" + e.getMessage());
        } catch (IOException | IllegalArgumentException e) {
            throw notAJar("its content cannot be read");
        }
    }

    private static PluginRejected damaged(String what) {
        return new PluginRejected(
                Code.DAMAGED,
                "The file is damaged (" + PluginManifest.shown(what) + "); copy it again.",
                "El archivo está dañado (" + PluginManifest.shown(what) + "); cópialo de nuevo.");
    }

    private static PluginRejected notAJar(String why) {
        return new PluginRejected(
                Code.NOT_A_JAR,
                "The file is not a readable jar: " + why + ".",
                "El archivo no es un jar legible: " + why + ".");
    }

    private static PluginRejected tooLarge(String english, String spanish) {
        return new PluginRejected(
                Code.TOO_LARGE,
                "The plugin is too large: " + english + ".",
                "El plugin es demasiado grande: " + spanish + ".");
    }

    private static PluginRejected badEntry(String name, String english, String spanish) {
        String shown = PluginManifest.shown(name);
        return new PluginRejected(
                Code.BAD_ENTRY,
                "The entry '" + shown + "' is not allowed: " + english + ".",
                "La entrada '" + shown + "' no se permite: " + spanish + ".");
    }
}
