package coop.minga.platform.invoices;

import com.fasterxml.jackson.annotation.JsonValue;

import java.time.Instant;
import java.util.Locale;

/**
 * What a tax authority made of a document.
 *
 * @param provider who reported it
 * @param reference its number there; may be empty
 * @param detail what proves or refuses it; may be empty
 */
record FiscalRecord(String provider, State state, String reference, String detail, Instant at) {

    enum State {
        PENDING,
        /** It has its reference; nobody here transmits it. */
        PREPARED,
        AUTHORIZED,
        REJECTED;

        @JsonValue
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String id) {
            return valueOf(id.toUpperCase(Locale.ROOT));
        }
    }
}
