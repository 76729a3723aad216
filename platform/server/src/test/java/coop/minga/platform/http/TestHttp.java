package coop.minga.platform.http;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.TeamId;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.db.Db;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A real front door on a free loopback port for some features' routes, with sessions handed out by
 * the test. Bearer tokens and session cookies are both the strings given by {@link #signIn}.
 */
public final class TestHttp implements AutoCloseable {

    private static final Pages PAGES =
            (path, language, exchange) -> Reply.text("text/plain", "page " + path);

    private final HttpServer server;
    private final Map<String, Principal> sessions;
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());

    private TestHttp(HttpServer server, Map<String, Principal> sessions) {
        this.server = server;
        this.sessions = sessions;
    }

    public static TestHttp serving(Db db, Routes... features) {
        return serving(db, authenticator -> HostGate.none(), features);
    }

    /** With a gate for other hosts' names, which may ask the same sessions. */
    public static TestHttp serving(
            Db db, Function<Authenticator, HostGate> gate, Routes... features) {
        Map<String, Principal> sessions = new ConcurrentHashMap<>();
        Authenticator authenticator = of(sessions);
        return serving(
                db,
                authenticator,
                sessions,
                gate.apply(authenticator),
                Optional.empty(),
                PAGES,
                features);
    }

    /** With pages of its own. */
    public static TestHttp serving(Db db, Pages pages, Routes... features) {
        Map<String, Principal> sessions = new ConcurrentHashMap<>();
        return serving(
                db, of(sessions), sessions, HostGate.none(), Optional.empty(), pages, features);
    }

    private static Authenticator of(Map<String, Principal> sessions) {
        return new Authenticator() {
            @Override
            public Optional<Principal> session(String cookieValue) {
                return Optional.ofNullable(sessions.get(cookieValue));
            }

            @Override
            public Optional<Principal> token(String token) {
                return Optional.ofNullable(sessions.get(token));
            }

            @Override
            public boolean stillValid(Principal principal) {
                return sessions.values().stream()
                        .anyMatch(p ->
                                p.credential().equals(principal.credential())
                                        && p.account().equals(principal.account()));
            }
        };
    }

    /** With TLS that ends at the server. */
    public static TestHttp servingTls(Db db, MingaConfig.Tls files, Routes... features) {
        Map<String, Principal> sessions = new ConcurrentHashMap<>();
        return serving(
                db, of(sessions), sessions, HostGate.none(), Optional.of(files), PAGES, features);
    }

    /** With the real authenticator of identity; {@link #signIn} is of no use then. */
    public static TestHttp servingWith(Db db, Authenticator authenticator, Routes... features) {
        return serving(
                db,
                authenticator,
                new ConcurrentHashMap<>(),
                HostGate.none(),
                Optional.empty(),
                PAGES,
                features);
    }

    private static TestHttp serving(
            Db db,
            Authenticator authenticator,
            Map<String, Principal> sessions,
            HostGate gate,
            Optional<MingaConfig.Tls> tls,
            Pages pages,
            Routes... features) {
        RouteTable table = new RouteTable();
        for (Routes feature : features) {
            feature.register(table);
        }
        HttpOptions options =
                new HttpOptions(
                        "127.0.0.1",
                        0,
                        URI.create(tls.isPresent() ? "https://localhost" : "http://localhost"),
                        Set.of(),
                        tls,
                        1024,
                        java.time.Duration.ofSeconds(30),
                        0);
        HttpServer server =
                HttpServer.start(
                        new HttpServer.Parts(
                                options,
                                table,
                                new Callers(options, authenticator, () -> "en"),
                                authenticator,
                                db,
                                gate,
                                pages,
                                new SimpleMeterRegistry(),
                                Clock.systemUTC()));
        return new TestHttp(server, sessions);
    }

    /** A new account with roles; the result is its token. */
    public String signIn(Role... roles) {
        Principal principal =
                new Principal(
                        new AccountId(ids.next()),
                        new TeamId(ids.next()),
                        Set.of(roles),
                        "en",
                        "test",
                        Set.of("*"));
        return signIn(principal);
    }

    public String signIn(Principal principal) {
        String token = "tok-" + Ids.encode(ids.next());
        sessions.put(token, principal);
        return token;
    }

    public void signOut(String token) {
        sessions.remove(token);
    }

    public Principal principal(String token) {
        Principal principal = sessions.get(token);
        if (principal == null) {
            throw new IllegalArgumentException("No such session");
        }
        return principal;
    }

    public int port() {
        return server.port();
    }

    /** A client that is not signed in. */
    public TestClient client() {
        return new TestClient(port());
    }

    /** A client that sends a token with every request. */
    public TestClient client(String token) {
        return new TestClient(port()).header("Authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        server.close();
    }
}
