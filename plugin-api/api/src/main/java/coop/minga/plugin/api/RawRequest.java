package coop.minga.plugin.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A vendor's request to {@code /hooks/{provider}[/{suffix}]} as it came over the wire; signatures
 * are made over these bytes.
 *
 * @param method upper-case
 * @param suffix what followed the provider's name, or empty
 * @param rawQuery percent-encoded as received, without {@code ?}, or empty
 * @param headers names in lower case, values in order of arrival
 * @param body the raw bytes
 */
public record RawRequest(
        String method,
        String suffix,
        String rawQuery,
        Map<String, List<String>> headers,
        byte[] body) {

    public RawRequest {
        headers = Map.copyOf(headers);
    }

    /** The first value of a header, whatever its case. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
    }
}
