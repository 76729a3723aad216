package coop.minga.platform;

import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes time-ordered ids and writes them for people: Crockford's base32, lower case, 26 characters.
 */
public final class Ids {

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param random must be unpredictable: public ids are not secrets, but they must not be
     *     guessable either
     */
    public Ids(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new UUIDv7: 48 bits of milliseconds, 74 random bits (RFC 9562 section 5.7). */
    public UUID next() {
        long high = (clock.millis() << 16) | 0x7000 | (random.nextLong() & 0x0fff);
        long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** 26 characters for 128 bits. */
    public static String encode(UUID id) {
        char[] text = new char[26];
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        for (int i = 25; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
        return new String(text);
    }

    /**
     * Reads what {@link Id#text()} wrote.
     *
     * @throws MingaException 404: an id that cannot exist is answered like one that does not
     */
    public static UUID parse(String prefix, String text) {
        String start = prefix + "_";
        if (text.length() != start.length() + 26 || !text.startsWith(start)) {
            throw noSuchThing();
        }
        long high = 0;
        long low = 0;
        for (char c : text.substring(start.length()).toLowerCase(Locale.ROOT).toCharArray()) {
            int digit = ALPHABET.indexOf(c);
            if (digit < 0) {
                throw noSuchThing();
            }
            high = (high << 5) | (low >>> 59);
            low = (low << 5) | digit;
        }
        UUID id = new UUID(high, low);
        if (!text.substring(start.length()).equals(encode(id))) {
            throw noSuchThing();
        }
        return id;
    }

    /** The one answer for what does not exist and for what belongs to somebody else. */
    public static MingaException noSuchThing() {
        return MingaException.of(
                ErrorCode.notFound("request.not-found"),
                "There is no such thing here.",
                "Aquí no existe eso.");
    }
}
