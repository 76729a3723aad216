package coop.minga.platform.http;

import coop.minga.platform.MingaException;
import coop.minga.plugin.api.IdempotencyKey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request after the front door has checked it, in the words of features. */
public final class Exchange {

    private final Route route;
    private final Map<String, String> path;
    private final Map<String, String> query;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final String rawQuery;
    private final String method;
    private final String address;
    private final String traceId;
    private final String language;
    private final @Nullable Principal principal;
    private final @Nullable IdempotencyKey key;
    private final @Nullable String sessionCookie;

    Exchange(
            Route route,
            String method,
            Map<String, String> path,
            String rawQuery,
            Map<String, String> query,
            Map<String, List<String>> headers,
            byte[] body,
            String address,
            String traceId,
            String language,
            @Nullable Principal principal,
            @Nullable IdempotencyKey key,
            @Nullable String sessionCookie) {
        this.route = route;
        this.method = method;
        this.path = path;
        this.rawQuery = rawQuery;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.address = address;
        this.traceId = traceId;
        this.language = language;
        this.principal = principal;
        this.key = key;
        this.sessionCookie = sessionCookie;
    }

    public String method() {
        return method;
    }

    /** A parameter of the path. */
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException(route.path() + " has no parameter " + name);
        }
        return value;
    }

    /** A query parameter; the route must have declared it. */
    public Optional<String> query(String name) {
        if (!route.queryNames().contains(name)) {
            throw new IllegalArgumentException(
                    route.path() + " does not declare the query " + name);
        }
        return Optional.ofNullable(query.get(name));
    }

    /** A query parameter that is a whole number within bounds. */
    public int query(String name, int fallback, int min, int max) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of bounds.
        }
        throw MingaException.invalid(
                "query:" + name,
                "out-of-range",
                name + " must be a whole number from " + min + " to " + max + ".",
                name + " debe ser un número entero de " + min + " a " + max + ".");
    }

    /** The JSON body, read strictly. */
    public <T> T body(Class<T> type) {
        return Bodies.read(body, type);
    }

    /** The body's bytes, for routes that take them raw. */
    public byte[] rawBody() {
        return body;
    }

    public String rawQuery() {
        return rawQuery;
    }

    /** Names in lower case. */
    public Map<String, List<String>> headers() {
        return headers;
    }

    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** Who asks; only on routes that are not for everyone, or when somebody is signed in. */
    public Principal principal() {
        if (principal == null) {
            throw new IllegalStateException(route.path() + " is open to everyone: use signedIn()");
        }
        return principal;
    }

    /** Who asks, on routes that are for everyone. */
    public Optional<Principal> signedIn() {
        return Optional.ofNullable(principal);
    }

    /** The caller's key; present on routes that need one. */
    public IdempotencyKey idempotencyKey() {
        if (key == null) {
            throw new IllegalStateException(route.path() + " needs no key");
        }
        return key;
    }

    /** The caller's network address; a proxy's word is taken only from configured proxies. */
    public String address() {
        return address;
    }

    /** 32 hex digits. */
    public String traceId() {
        return traceId;
    }

    /** ISO 639-1: the account's choice, else what the browser prefers, else the site's. */
    public String language() {
        return language;
    }

    /** The raw session cookie, for signing out. */
    public Optional<String> sessionCookie() {
        return Optional.ofNullable(sessionCookie);
    }
}
