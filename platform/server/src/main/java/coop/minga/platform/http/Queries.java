package coop.minga.platform.http;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.plugin.api.IdempotencyKey;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads query parameters and headers strictly. */
final class Queries {

    private Queries() {}

    /** Each known name at most once; anything else is refused. */
    static Map<String, String> read(String rawQuery, Set<String> known) {
        Map<String, String> query = new LinkedHashMap<>();
        if (rawQuery.isEmpty()) {
            return query;
        }
        for (String pair : rawQuery.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = Paths.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String value = equals < 0 ? "" : Paths.decode(pair.substring(equals + 1), true);
            if (!known.contains(name)) {
                throw MingaException.invalid(
                        "query:" + name,
                        "unknown-parameter",
                        "The parameter '"
                                + name
                                + "' is not known here. Known: "
                                + list(known)
                                + ".",
                        "El parámetro '"
                                + name
                                + "' no se conoce aquí. Conocidos: "
                                + list(known)
                                + ".");
            }
            if (query.putIfAbsent(name, value) != null) {
                throw MingaException.invalid(
                        "query:" + name,
                        "duplicate-parameter",
                        "The parameter '" + name + "' appears twice.",
                        "El parámetro '" + name + "' aparece dos veces.");
            }
        }
        return query;
    }

    private static String list(Set<String> known) {
        return known.isEmpty() ? "-" : String.join(", ", known.stream().sorted().toList());
    }

    static Map<String, List<String>> headers(ServerRequest request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Header header : request.headers()) {
            headers.put(header.headerName().lowerCase(), header.allValues());
        }
        return headers;
    }

    static IdempotencyKey idempotencyKey(ServerRequest request) {
        Optional<String> key = request.headers().first(HeaderNames.create("Idempotency-Key"));
        if (key.isEmpty()) {
            throw MingaException.invalid(
                    "header:Idempotency-Key",
                    "missing-header",
                    "This request needs an Idempotency-Key header: a new random value for each new"
                            + " intent, the same one when you repeat it.",
                    "Esta petición necesita la cabecera Idempotency-Key: un valor nuevo y aleatorio"
                            + " por cada intención, el mismo al repetirla.");
        }
        try {
            return new IdempotencyKey(key.get());
        } catch (IllegalArgumentException e) {
            throw MingaException.invalid(
                    "header:Idempotency-Key",
                    "malformed-header",
                    "An Idempotency-Key has 1 to 64 characters of A-Z, a-z, 0-9, _ and -.",
                    "Una Idempotency-Key tiene de 1 a 64 caracteres de A-Z, a-z, 0-9, _ y -.");
        }
    }

    static void requireJson(ServerRequest request) {
        String type =
                request.headers()
                        .first(HeaderNames.CONTENT_TYPE)
                        .orElse("")
                        .toLowerCase(Locale.ROOT);
        String[] parts = type.split(";");
        boolean json = parts[0].strip().equals("application/json");
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            json &= parameter.equals("charset=utf-8") || parameter.equals("charset=utf8");
        }
        if (!json) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.MEDIA_TYPE, "request.media-type"),
                    "Send the body as application/json in UTF-8.",
                    "Envía el cuerpo como application/json en UTF-8.");
        }
    }
}
