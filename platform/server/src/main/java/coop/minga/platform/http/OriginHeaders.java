package coop.minga.platform.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What of a head goes through the proxy: nothing of the hop, nothing of the host's own. */
final class OriginHeaders {

    /** RFC 9110 section 7.6.1, and what the proxy decides itself. */
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "content-length",
                    "expect",
                    "forwarded",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto",
                    "x-real-ip",
                    "x-helidon-cn");

    private static final Set<String> OWN_COOKIES =
            Set.of("minga", "__Host-minga", "minga_ins", "__Host-minga_ins");

    private OriginHeaders() {}

    /** Whether a field stays on its side: hop by hop, or named by the Connection field. */
    static boolean isOfTheHop(String lowerCaseName, Set<String> connectionTokens) {
        return HOP_BY_HOP.contains(lowerCaseName) || connectionTokens.contains(lowerCaseName);
    }

    static Set<String> connectionTokens(List<String> values) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(token -> token.strip().toLowerCase(Locale.ROOT))
                .filter(token -> !token.isEmpty())
                .collect(Collectors.toSet());
    }

    /** A Cookie header without the host's own cookies. */
    static String foreignCookies(String header) {
        List<String> kept = new ArrayList<>();
        for (String pair : header.split(";")) {
            int equals = pair.indexOf('=');
            String name = (equals < 0 ? pair : pair.substring(0, equals)).strip();
            if (!name.isEmpty() && !OWN_COOKIES.contains(name)) {
                kept.add(pair.strip());
            }
        }
        return String.join("; ", kept);
    }

    /**
     * A Set-Cookie header bound to the instance's origin; empty when it tries to be one of the
     * host's.
     */
    static String ownCookie(String header) {
        String[] parts = header.split(";");
        int equals = parts[0].indexOf('=');
        String name = (equals < 0 ? parts[0] : parts[0].substring(0, equals)).strip();
        if (OWN_COOKIES.contains(name)) {
            return "";
        }
        List<String> kept = new ArrayList<>();
        for (String part : parts) {
            if (!part.strip().toLowerCase(Locale.ROOT).startsWith("domain=")) {
                kept.add(part.strip());
            }
        }
        return String.join("; ", kept);
    }

    static String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? "" : values.getFirst();
    }
}
