package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.Ids;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.OutboxEvents;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.SessionCookie;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What one host decides holds on the other. */
@Timeout(120)
class TwoHostsIT {

    private static final Caller HERE = new Caller("203.0.113.7", "", "", "en");

    private static TestDatabase database;
    private static Host here;
    private static Host there;

    /** One host without a front door. */
    private record Host(OutboxEvents events, Identity identity) implements AutoCloseable {

        static Host on(Db db) {
            SecureRandom random = new SecureRandom();
            Clock clock = Clock.systemUTC();
            Ids ids = new Ids(clock, random);
            OutboxEvents events = new OutboxEvents(db, database.address(), clock, false);
            Identity identity =
                    new Identity(
                            new Identity.Needs(
                                    db,
                                    events,
                                    new AuditLog(db, clock, ids),
                                    new SecretBox(new byte[32], random),
                                    ids,
                                    clock,
                                    random,
                                    new SimpleMeterRegistry()),
                            IdentityConfig.trial(),
                            new SessionCookie(false),
                            () -> false,
                            List.of());
            return new Host(events, identity);
        }

        IdentityService service() {
            return identity.service();
        }

        @Override
        public void close() {
            events.stop(Duration.ofSeconds(5));
            identity.close();
        }
    }

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        here = Host.on(database.db());
        there = Host.on(database.secondHost());
        here.events().start();
        there.events().start();
    }

    @AfterAll
    static void close() {
        here.close();
        there.close();
        database.close();
    }

    private static String signUp(Host host) {
        return host.service()
                .signUp(
                        new IdentityService.SignUpForm(
                                TestIdentity.newEmail(), TestIdentity.PASSWORD, "Rosa", "es"),
                        HERE)
                .secret();
    }

    @Test
    void aSessionEndedHereIsDeadThereBeforeTheCacheWouldHaveForgottenIt() {
        String secret = signUp(here);
        Principal principal = there.service().session(secret).orElseThrow();
        assertThat(there.service().stillValid(principal)).isTrue();

        here.service().logout(secret, HERE);

        Eventually.until(
                "the session is dead on the other host",
                Credentials.BELIEVED.minusSeconds(1),
                () ->
                        there.service().session(secret).isEmpty()
                                && !there.service().stillValid(principal));
    }

    @Test
    void withEveryWordLostAnEndedSessionStillDiesWithinFiveSeconds() {
        String secret = signUp(here);
        Host deaf = Host.on(database.secondHost());
        try {
            Principal principal = deaf.service().session(secret).orElseThrow();
            assertThat(deaf.service().stillValid(principal)).isTrue();

            here.service().logout(secret, HERE);

            assertThat(deaf.service().session(secret)).isPresent();
            Eventually.until(
                    "the session is dead without being told",
                    Duration.ofSeconds(5),
                    () ->
                            deaf.service().session(secret).isEmpty()
                                    && !deaf.service().stillValid(principal));
        } finally {
            deaf.identity().close();
        }
    }

    @Test
    void theSettingsOfOneHostAreSoonThoseOfTheOther() {
        assertThat(there.identity().settings().site().name()).isEqualTo("Minga");
        String token = here.service().openSetup(Optional.empty()).orElseThrow();
        here.service()
                .completeSetup(
                        new IdentityService.SetupForm(
                                token,
                                new IdentityService.AdminForm(
                                        "ada@example.com", TestIdentity.PASSWORD, "Ada"),
                                new SiteSettings.SiteForm("Minga Sur", "es", "USD", "EC")),
                        HERE);

        Eventually.until(
                "the other host has the new name",
                Duration.ofSeconds(5),
                () -> there.identity().settings().site().name().equals("Minga Sur"));
        assertThat(there.service().openSetup(Optional.empty())).isEmpty();
    }
}
