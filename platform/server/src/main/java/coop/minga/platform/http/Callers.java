package coop.minga.platform.http;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Finds out who is calling, from where, in which language, and whether they may. */
public final class Callers {

    private static final HeaderName SEC_FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Set<String> LANGUAGES = Set.of("en", "es");

    private final HttpOptions options;
    private final Authenticator authenticator;
    private final SessionCookie cookie;
    private final Supplier<String> siteLanguage;

    /**
     * @param siteLanguage the language of visitors who ask for none that is spoken here
     */
    public Callers(
            HttpOptions options, Authenticator authenticator, Supplier<String> siteLanguage) {
        this.options = options;
        this.authenticator = authenticator;
        this.cookie = new SessionCookie(options.secure());
        this.siteLanguage = siteLanguage;
    }

    /**
     * @param principal who, when credentials were good
     * @param sessionCookie the cookie's value when there was one
     * @param bearer whether a token was sent
     */
    record Caller(Optional<Principal> principal, Optional<String> sessionCookie, boolean bearer) {
        static Caller nobody() {
            return new Caller(Optional.empty(), Optional.empty(), false);
        }
    }

    Caller identify(ServerRequest request) {
        Optional<String> authorization = request.headers().first(HeaderNames.AUTHORIZATION);
        if (authorization.isPresent()) {
            String value = authorization.get();
            if (!value.regionMatches(true, 0, "Bearer ", 0, 7)) {
                throw badToken();
            }
            Optional<Principal> principal = authenticator.token(value.substring(7).strip());
            if (principal.isEmpty()) {
                throw badToken();
            }
            return new Caller(principal, Optional.empty(), true);
        }
        Optional<String> value =
                request.headers()
                        .first(HeaderNames.COOKIE)
                        .flatMap(cookie::find)
                        .filter(text -> !text.isEmpty());
        return new Caller(value.flatMap(authenticator::session), value, false);
    }

    /** The session behind a request that is no API call, for example a WebSocket upgrade. */
    public Optional<Principal> session(String cookieHeader) {
        return cookie.find(cookieHeader).flatMap(authenticator::session);
    }

    void authorise(Route route, Caller caller, ServerRequest request) {
        boolean writes = !(route.method().equals("GET") || route.method().equals("*"));
        if (writes
                && !caller.bearer()
                && caller.sessionCookie().isPresent()
                && !isSameOrigin(request)) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "request.cross-site"),
                    "This request came from another site and was refused.",
                    "Esta petición vino de otro sitio y fue rechazada.");
        }
        switch (route.access()) {
            case Access.Everyone everyone -> {}
            case Access.SignedIn signedIn -> {
                Principal principal = required(caller);
                boolean reading = !writes && principal.allows("read");
                if (!reading && !principal.allows(signedIn.scope())) {
                    throw missingScope(signedIn.scope());
                }
            }
            case Access.AnyOf anyOf -> {
                Principal principal = required(caller);
                if (principal.roles().stream().noneMatch(anyOf.roles()::contains)) {
                    throw MingaException.of(
                            ErrorCode.of(ErrorCode.Type.FORBIDDEN, "auth.role-required"),
                            "Your account may not do this.",
                            "Tu cuenta no puede hacer esto.");
                }
                if (!principal.allows("admin")) {
                    throw missingScope("admin");
                }
            }
        }
    }

    /** Whether a browser's request was made by a page of ours. */
    boolean isSameOrigin(ServerRequest request) {
        Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
        if (origin.isPresent()) {
            return isOwnOrigin(origin.get(), request.headers().first(HeaderNames.HOST).orElse(""));
        }
        return request.headers().first(SEC_FETCH_SITE).map("same-origin"::equals).orElse(false);
    }

    /**
     * Whether an {@code Origin} is this host's: the public URL's or, on a loopback trial reached by
     * another name, the one the request was sent to.
     */
    public boolean isOwnOrigin(String origin, String host) {
        URI own = options.publicUrl();
        String expected = own.getScheme() + "://" + own.getRawAuthority();
        return origin.equalsIgnoreCase(expected)
                || !options.secure()
                        && isLoopback(host)
                        && origin.equalsIgnoreCase("http://" + host);
    }

    private static boolean isLoopback(String host) {
        String name =
                host.startsWith("[")
                        ? host.substring(0, host.indexOf(']') + 1)
                        : host.split(":", 2)[0];
        return name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]");
    }

    /** The caller's address: the last one a trusted proxy did not add itself. */
    public String address(ServerRequest request) {
        return address(
                request.remotePeer().host(), request.headers().first(HeaderNames.X_FORWARDED_FOR));
    }

    /** The same, from the peer's address and what the header says. */
    String address(String peer, Optional<String> forwardedFor) {
        if (!options.trustedProxies().contains(peer)) {
            return peer;
        }
        List<String> hops = forwardedFor.map(value -> List.of(value.split(","))).orElse(List.of());
        for (String hop : hops.reversed()) {
            String address = hop.strip();
            if (!options.trustedProxies().contains(address)) {
                return address.length() <= 45 && address.matches("[0-9a-fA-F:.]+") ? address : peer;
            }
        }
        return peer;
    }

    /** What the request asks for, else what its account speaks, else what the site speaks. */
    String language(ServerRequest request, Optional<Principal> caller) {
        String accepted = request.headers().first(HeaderNames.ACCEPT_LANGUAGE).orElse("");
        try {
            for (Locale.LanguageRange range :
                    Locale.LanguageRange.parse(accepted.isEmpty() ? "*" : accepted)) {
                String language = range.getRange().split("-", 2)[0];
                if (LANGUAGES.contains(language)) {
                    return language;
                }
            }
        } catch (IllegalArgumentException e) {
            // A header nobody can read asks for nothing in particular.
        }
        return caller.map(Principal::language).orElseGet(siteLanguage);
    }

    private static Principal required(Caller caller) {
        return caller.principal()
                .orElseThrow(() ->
                        MingaException.of(
                                ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.required"),
                                "Please sign in.",
                                "Inicia sesión."));
    }

    private static MingaException badToken() {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.invalid-token"),
                "This API token is not valid: it may have expired or been revoked.",
                "Este token de API no es válido: puede haber caducado o sido revocado.");
    }

    private static MingaException missingScope(String scope) {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.FORBIDDEN, "auth.scope-required"),
                "This API token lacks the scope '" + scope + "'.",
                "A este token de API le falta el permiso '" + scope + "'.");
    }
}
