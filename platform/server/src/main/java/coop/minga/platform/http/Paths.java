package coop.minga.platform.http;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Percent-decoding that lets nothing odd through. */
final class Paths {

    private static final int MAX_LENGTH = 2048;

    private Paths() {}

    /**
     * The decoded segments of a raw path; a path that hides slashes, dots or controls is answered
     * like an unknown one.
     */
    static List<String> segments(String rawPath) {
        if (!rawPath.startsWith("/") || rawPath.length() > MAX_LENGTH) {
            throw Ids.noSuchThing();
        }
        List<String> segments = new ArrayList<>();
        for (String raw : rawPath.substring(1).split("/", -1)) {
            String segment = decode(raw, false);
            if (segment.equals("..")
                    || segment.equals(".")
                    || segment.indexOf('/') >= 0
                    || segment.indexOf('\\') >= 0) {
                throw Ids.noSuchThing();
            }
            segments.add(segment);
        }
        return segments;
    }

    /**
     * Decodes percent-encoded UTF-8.
     *
     * @param plusIsSpace as in queries
     * @throws MingaException 400 for malformed encoding and control characters
     */
    static String decode(String raw, boolean plusIsSpace) {
        byte[] bytes = new byte[raw.length() * 4];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
                int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw malformed();
                }
                bytes[length++] = (byte) (high * 16 + low);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                bytes[length++] = ' ';
            } else {
                for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    bytes[length++] = b;
                }
            }
        }
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, 0, length))
                            .toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw malformed();
        }
        return text;
    }

    private static MingaException malformed() {
        return MingaException.invalid(
                "query:",
                "malformed-encoding",
                "The address holds control characters or a broken percent encoding.",
                "La dirección lleva caracteres de control o una codificación incorrecta.");
    }
}
