package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.TurnedClock;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.Routes;
import coop.minga.platform.http.SessionCookie;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.jdbi.v3.core.Handle;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The room on a real front door and a real database, with time in the test's hands. */
final class TestIdentity implements AutoCloseable {

    static final String PASSWORD = "llamas cross the bridge";

    private static final AtomicInteger PEOPLE = new AtomicInteger();

    final TestDatabase database = TestDatabase.create();
    final TurnedClock clock = new TurnedClock(Instant.parse("2026-03-01T12:00:00Z"));
    final List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    final List<Fact> facts = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final SecureRandom random = new SecureRandom();
    final SecretBox box = new SecretBox(new byte[32], random);
    final Identity identity;
    final TestHttp http;
    private final Outbox outbox = new Outbox();

    /** Keeps what is published and tells this host of invalidations after the commit. */
    private final class Outbox implements Events {
        private final Map<String, Consumer<String>> caches = new ConcurrentHashMap<>();

        @Override
        public void publish(Handle handle, Fact fact) {
            handle.afterCommit(() -> facts.add(fact));
        }

        @Override
        public void listen(String name, Set<String> types, Listener listener) {}

        @Override
        public EventSource open(Set<Topic> topics, String lastEventId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EventSource openFromStart(Set<Topic> topics) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void invalidate(Handle handle, String cache, String key) {
            handle.afterCommit(() -> caches.get(cache).accept(key));
        }

        @Override
        public void onInvalidate(String cache, Consumer<String> dropped) {
            caches.put(cache, dropped);
        }

        @Override
        public void start() {}

        @Override
        public void stop(Duration patience) {}
    }

    private TestIdentity(IdentityConfig config, NewAccountHook... hooks) {
        identity =
                new Identity(
                        new Identity.Needs(
                                db(),
                                outbox,
                                this::record,
                                box,
                                new Ids(clock, random),
                                clock,
                                random,
                                meters),
                        config,
                        new SessionCookie(false),
                        () -> false,
                        List.of(hooks));
        Routes things =
                table ->
                        table.get("/api/v1/orders", Access.signedIn("orders"))
                                .handle(exchange -> Reply.noContent());
        Routes acts =
                table ->
                        table.post("/api/v1/orders", Access.signedIn("orders"))
                                .handle(exchange -> Reply.noContent());
        http = TestHttp.servingWith(db(), identity.service(), identity, things, acts);
    }

    private void record(Handle handle, Audit.Entry entry) {
        new AuditLog(db(), clock, new Ids(clock, random)).record(handle, entry);
        handle.afterCommit(() -> audited.add(entry));
    }

    static TestIdentity trial(NewAccountHook... hooks) {
        return new TestIdentity(IdentityConfig.trial(), hooks);
    }

    static TestIdentity production() {
        return new TestIdentity(IdentityConfig.strict());
    }

    Db db() {
        return database.db();
    }

    TestClient client() {
        return http.client();
    }

    /** A browser with the session of an answer's cookie. */
    TestClient browser(TestClient.Answer signedIn) {
        assertThat(signedIn.status()).as(signedIn.text()).isLessThan(300);
        return browser(secret(signedIn));
    }

    TestClient browser(String secret) {
        return client().header("Cookie", "minga=" + secret).header("Origin", "http://localhost");
    }

    static String secret(TestClient.Answer signedIn) {
        String cookie = signedIn.headers().getOrDefault("set-cookie", "");
        assertThat(cookie).startsWith("minga=").contains("; HttpOnly").contains("; SameSite=Lax");
        return cookie.substring("minga=".length(), cookie.indexOf(';'));
    }

    static String newEmail() {
        return "person" + PEOPLE.incrementAndGet() + "@example.com";
    }

    TestClient.Answer signUp(String email) {
        return client().post(
                        "/api/v1/auth/signup",
                        Map.of("email", email, "password", PASSWORD, "name", "Rosa"));
    }

    TestClient.Answer login(String email, String password) {
        return client().post("/api/v1/auth/login", Map.of("email", email, "password", password));
    }

    TestClient.Answer login(String email, String password, String totp) {
        return client().post(
                        "/api/v1/auth/login",
                        Map.of("email", email, "password", password, "totp", totp));
    }

    TestClient.Answer setUp(String token, String email) {
        return client().post(
                        "/api/v1/setup",
                        Map.of(
                                "token",
                                token,
                                "admin",
                                Map.of("email", email, "password", PASSWORD, "name", "Ada"),
                                "site",
                                Map.of("name", "Minga Sur", "locale", "es", "currency", "USD")));
    }

    /** The operator, set up if nobody was yet. */
    TestClient admin() {
        String token = identity.service().openSetup(java.util.Optional.empty()).orElseThrow();
        return browser(setUp(token, "admin@example.com"));
    }

    /** As if some seconds had passed on the machine's clock too. */
    void dropCaches() {
        db().read(handle ->
                        handle.createQuery("SELECT id FROM accounts").mapTo(AccountId.class).list())
                .forEach(id -> outbox.caches.get(Trail.CACHE).accept(id.toString()));
    }

    /** The code the secret's app shows now. */
    String code(byte[] secret) {
        return Totp.code(secret, clock.instant());
    }

    static byte[] base32(String text) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (char c : text.toCharArray()) {
            buffer = (buffer << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c);
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >>> bits);
                buffer &= (1 << bits) - 1;
            }
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        http.close();
        identity.close();
        database.close();
    }
}
