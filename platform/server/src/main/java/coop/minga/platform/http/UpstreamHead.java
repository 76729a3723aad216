package coop.minga.platform.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The head of an instance's answer. */
final class UpstreamHead {

    private static final int MAX_HEAD = 64 * 1024;

    private int status;
    private String reason = "";
    private final List<Map.Entry<String, String>> fields = new ArrayList<>();
    private long length = -1;
    private boolean chunked;

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }

    /** Names and values in the order they came. */
    List<Map.Entry<String, String>> fields() {
        return List.copyOf(fields);
    }

    /** The announced length of the body; -1 when not said. */
    long length() {
        return length;
    }

    boolean isChunked() {
        return chunked;
    }

    List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Reads the final head: interim ones (1xx) are passed over. */
    static UpstreamHead read(UpstreamSource source) throws IOException {
        while (true) {
            UpstreamHead head = one(source);
            if (head.status >= 200 || head.status == 101) {
                return head;
            }
        }
    }

    private static UpstreamHead one(UpstreamSource source) throws IOException {
        UpstreamHead head = new UpstreamHead();
        String line = source.line(8192);
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new IOException("The instance does not speak HTTP");
        }
        try {
            head.status = Integer.parseInt(line.substring(9, 12));
        } catch (NumberFormatException e) {
            throw new IOException("The instance sent a bad status", e);
        }
        if (head.status < 100 || head.status > 599) {
            throw new IOException("The instance sent a bad status");
        }
        head.reason = line.length() > 13 ? clean(line.substring(13)) : "";
        int size = 0;
        while (!(line = source.line(MAX_HEAD)).isEmpty()) {
            size += line.length();
            int colon = line.indexOf(':');
            if (size > MAX_HEAD || colon < 1 || !isToken(line.substring(0, colon))) {
                throw new IOException("The instance sent a bad header");
            }
            head.fields.add(Map.entry(line.substring(0, colon), clean(line.substring(colon + 1))));
        }
        List<String> codings = head.values("transfer-encoding");
        head.chunked =
                !codings.isEmpty()
                        && codings.getLast().toLowerCase(Locale.ROOT).endsWith("chunked");
        List<String> lengths = head.values("content-length").stream().distinct().toList();
        if (!head.chunked && !lengths.isEmpty()) {
            if (lengths.size() > 1) {
                throw new IOException("The instance sent two lengths");
            }
            head.length = Framing.parse(lengths.getFirst());
        }
        return head;
    }

    private static String clean(String value) {
        return value.strip()
                .chars()
                .filter(c -> c >= 0x20 && c != 0x7f || c == '\t')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isToken(String name) {
        return name.chars()
                .allMatch(c -> c > 0x20 && c < 0x7f && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0);
    }
}
