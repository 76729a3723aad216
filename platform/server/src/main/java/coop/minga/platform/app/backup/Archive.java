package coop.minga.platform.app.backup;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.http.Json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** An archive opened for reading. */
public final class Archive implements AutoCloseable {

    private final ZipFile zip;
    private final Manifest manifest;

    private Archive(ZipFile zip, Manifest manifest) {
        this.zip = zip;
        this.manifest = manifest;
    }

    /**
     * @throws CannotStart when it is no whole archive, or of a newer Minga
     */
    public static Archive open(Path path) {
        try {
            ZipFile zip = new ZipFile(path.toFile());
            ZipEntry entry = zip.getEntry(Manifest.ENTRY);
            if (entry == null) {
                zip.close();
                throw new CannotStart(path + " is no backup of Minga, or was cut off.");
            }
            Manifest manifest;
            try (InputStream in = zip.getInputStream(entry)) {
                manifest =
                        Json.read(
                                new String(in.readAllBytes(), StandardCharsets.UTF_8),
                                Manifest.class);
            }
            if (manifest.format() != Manifest.FORMAT) {
                zip.close();
                throw new CannotStart(
                        path + " was made by a newer Minga (" + manifest.version() + ").");
            }
            return new Archive(zip, manifest);
        } catch (IOException | IllegalStateException e) {
            throw new CannotStart(
                    path + " cannot be read as a backup of Minga: " + e.getMessage(), e);
        }
    }

    public Manifest manifest() {
        return manifest;
    }

    /**
     * Reads everything and compares every hash and count.
     *
     * @return what does not fit, one sentence each; empty when the archive is whole
     */
    public List<String> verify() {
        List<String> wrong = new ArrayList<>();
        for (Manifest.Table table : manifest.tables()) {
            check(table.entry(), table.sha256(), table.rows(), wrong);
        }
        for (Manifest.Content file : manifest.files()) {
            check("files/" + file.path(), file.sha256(), -1, wrong);
        }
        return wrong;
    }

    private void check(String entry, String sha256, long rows, List<String> wrong) {
        MessageDigest digest = Backup.sha256();
        long lines = 0;
        try (InputStream in = stream(entry)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
            }
        } catch (IOException e) {
            wrong.add(entry + " cannot be read: " + e.getMessage());
            return;
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
            wrong.add(entry + " is not what was saved.");
        } else if (rows >= 0 && lines != rows) {
            // COPY's text format writes a line break only at the end of a row.
            wrong.add(entry + " has " + lines + " rows instead of " + rows + ".");
        }
    }

    InputStream stream(String entry) throws IOException {
        ZipEntry found = zip.getEntry(entry);
        if (found == null) {
            throw new IOException("it is missing");
        }
        return zip.getInputStream(found);
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
