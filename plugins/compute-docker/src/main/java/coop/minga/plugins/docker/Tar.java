package coop.minga.plugins.docker;

import coop.minga.plugin.api.compute.Workload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Writes a workload's files as a POSIX tar with extended headers for long or non-ASCII names. */
final class Tar {
    private static final int BLOCK = 512;

    private Tar() {}

    static byte[] of(List<Workload.File> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Workload.File file : files) {
            byte[] content = file.content().getBytes(StandardCharsets.UTF_8);
            byte[] path = record("path", file.path().replaceAll("^/+", ""));
            entry(out, "pax", 'x', 0644, path);
            entry(out, "file", '0', file.executable() ? 0755 : 0644, content);
        }
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /** {@code length key=value\n}, where the length counts its own digits. */
    private static byte[] record(String key, String value) {
        int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
        int length = rest + 1;
        while (Integer.toString(length).length() + rest != length) {
            length++;
        }
        return (length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void entry(
            ByteArrayOutputStream out, String name, char type, int mode, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, octal(mode, 7));
        put(header, 108, octal(0, 7));
        put(header, 116, octal(0, 7));
        put(header, 124, octal(content.length, 11));
        put(header, 136, octal(0, 11));
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, octal(sum, 6) + "\0 ");
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static String octal(long value, int digits) {
        return String.format(Locale.ROOT, "%0" + digits + "o", value);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
