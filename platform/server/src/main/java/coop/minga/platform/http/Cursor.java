package coop.minga.platform.http;

import coop.minga.platform.MingaException;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a page of a list ended, for lists ordered by time and id, newest first.
 *
 * @param at the last row's time
 * @param id the last row's id, which breaks ties
 */
public record Cursor(Instant at, UUID id) {

    /** Before the first row. */
    public static final Cursor START =
            new Cursor(Instant.parse("9999-12-31T00:00:00Z"), new UUID(-1, -1));

    /** What the client sends back as {@code cursor}. */
    public String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((at + " " + id).getBytes(StandardCharsets.UTF_8));
    }

    /** The {@code cursor} of a request, or the start. */
    public static Cursor of(Exchange exchange) {
        Optional<String> text = exchange.query("cursor");
        if (text.isEmpty()) {
            return START;
        }
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(text.get()), StandardCharsets.UTF_8)
                            .split(" ", 2);
            if (parts.length == 2) {
                return new Cursor(Instant.parse(parts[0]), UUID.fromString(parts[1]));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Told below.
        }
        throw MingaException.invalid(
                "query:cursor",
                "unknown-cursor",
                "The cursor must be the next_cursor of an earlier answer.",
                "El cursor debe ser el next_cursor de una respuesta anterior.");
    }
}
