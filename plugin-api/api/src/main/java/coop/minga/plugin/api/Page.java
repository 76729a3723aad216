package coop.minga.plugin.api;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list.
 *
 * @param items in a stable order
 * @param next where to go on, empty on the last page
 */
public record Page<T>(List<T> items, Optional<Token> next) {

    public Page {
        items = List.copyOf(items);
    }

    /** Opaque to the host: whatever the plugin needs to go on. */
    public record Token(String value) {

        /** Asks for the first page. */
        public static final Token FIRST = new Token("");

        public boolean isFirst() {
            return value.isEmpty();
        }
    }

    /** A list that fits one page. */
    public static <T> Page<T> last(List<T> items) {
        return new Page<>(items, Optional.empty());
    }
}
