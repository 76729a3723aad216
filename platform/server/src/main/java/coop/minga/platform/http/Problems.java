package coop.minga.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.plugin.api.Text;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns exceptions into RFC 9457 answers, in one place. */
final class Problems {

    private Problems() {}

    /**
     * The body of an error answer.
     *
     * @param type a relative reference that names the code
     * @param title what kind of error, for people
     * @param status the HTTP status
     * @param detail what to do, for people
     * @param code the stable error code
     * @param traceId what to tell support
     * @param errors single wrong values
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Problem(
            String type,
            String title,
            int status,
            String detail,
            String code,
            String traceId,
            List<Item> errors) {}

    /**
     * @param pointer where, as a JSON Pointer into the body, {@code query:name} or {@code
     *     header:name}
     * @param code stable
     * @param detail for people
     */
    record Item(String pointer, String code, String detail) {}

    static Reply of(MingaException e, String language, String traceId) {
        int status = status(e.code().type());
        Problem problem =
                new Problem(
                        "/docs/errors#" + e.code().code(),
                        title(e.code().type()).in(language),
                        status,
                        e.text().in(language),
                        e.code().code(),
                        traceId,
                        e.problems().stream()
                                .map(p -> new Item(p.pointer(), p.code(), p.detail().in(language)))
                                .toList());
        Map<String, String> headers = new LinkedHashMap<>();
        e.retryAfter()
                .ifPresent(wait ->
                        headers.put("Retry-After", Long.toString(Math.max(1, wait.toSeconds()))));
        if (status == 503 && !headers.containsKey("Retry-After")) {
            headers.put("Retry-After", "2");
        }
        return new Reply(
                status,
                headers,
                new Reply.Bytes(
                        "application/problem+json",
                        Json.write(problem).getBytes(StandardCharsets.UTF_8)));
    }

    static MingaException internal(Throwable cause) {
        return MingaException.of(
                        ErrorCode.of(ErrorCode.Type.INTERNAL, "request.internal"),
                        "Something went wrong on our side. Nothing you did; the trace id helps us"
                                + " find it.",
                        "Algo falló de nuestro lado. No es culpa tuya; el identificador de traza"
                                + " nos ayuda a encontrarlo.")
                .causedBy(cause);
    }

    static int status(ErrorCode.Type type) {
        return switch (type) {
            case USER -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case METHOD -> 405;
            case CONFLICT -> 409;
            case GONE -> 410;
            case PRECONDITION -> 412;
            case TOO_LARGE -> 413;
            case MEDIA_TYPE -> 415;
            case LIMIT -> 429;
            case UPSTREAM -> 502;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }

    private static Text title(ErrorCode.Type type) {
        return switch (type) {
            case USER -> Text.of("The request is not right", "La petición no es correcta");
            case UNAUTHENTICATED -> Text.of("Please sign in", "Inicia sesión");
            case FORBIDDEN -> Text.of("Not allowed", "No permitido");
            case NOT_FOUND -> Text.of("Not found", "No encontrado");
            case METHOD -> Text.of("Not possible here", "No es posible aquí");
            case CONFLICT -> Text.of("Not possible right now", "Ahora no es posible");
            case GONE -> Text.of("No longer there", "Ya no está");
            case PRECONDITION -> Text.of("Changed in the meantime", "Cambió entretanto");
            case TOO_LARGE -> Text.of("Too large", "Demasiado grande");
            case MEDIA_TYPE -> Text.of("Format not understood", "Formato no reconocido");
            case LIMIT -> Text.of("Too many requests", "Demasiadas peticiones");
            case UPSTREAM ->
                    Text.of(
                            "A service we need does not answer properly",
                            "Un servicio externo no responde bien");
            case UNAVAILABLE -> Text.of("Not available right now", "No disponible en este momento");
            case INTERNAL -> Text.of("Our mistake", "Error nuestro");
        };
    }
}
