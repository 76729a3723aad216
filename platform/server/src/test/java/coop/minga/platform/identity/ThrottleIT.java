package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(120)
class ThrottleIT {

    private final TestIdentity room = TestIdentity.trial();

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void guessesOverAllPathsTogetherEndIn429WithRetryAfter() {
        String email = TestIdentity.newEmail();
        TestClient rosa = room.browser(room.signUp(email));
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            statuses.add(room.login(email, "guess number " + i).status());
            statuses.add(
                    rosa.post(
                                    "/api/v1/me/password",
                                    Map.of("current", "guess " + i, "new", "another long one"))
                            .status());
            rosa.post("/api/v1/me/totp", null);
            statuses.add(
                    rosa.post("/api/v1/me/totp/confirm", Map.of("code", "00000" + i)).status());
        }

        assertThat(statuses.subList(0, 10)).doesNotContain(429);
        assertThat(statuses.subList(10, 12)).containsOnly(429);
        TestClient.Answer refused = room.login(email, TestIdentity.PASSWORD);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.at("/code")).isEqualTo("auth.too-many-attempts");
        assertThat(Integer.parseInt(refused.headers().get("retry-after"))).isBetween(1, 61);

        room.clock.forward(Duration.ofSeconds(61));
        assertThat(room.login(email, TestIdentity.PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void unknownAddressesAreThrottledAlike() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            statuses.add(room.login("nobody@example.com", "guess number " + i).status());
        }

        assertThat(statuses.subList(0, 10)).containsOnly(401);
        assertThat(statuses.subList(10, 12)).containsOnly(429);
    }

    @Test
    void anAttackerElsewhereDoesNotLockTheOwnerOut() {
        Throttle throttle = new Throttle(room.db(), IdentityConfig.strict(), room.clock);
        for (int i = 0; i < 10; i++) {
            throttle.attempt("rosa@example.com", "198.51.100.66");
        }
        assertThatThrownBy(() -> throttle.attempt("rosa@example.com", "198.51.100.66"))
                .isInstanceOfSatisfying(
                        MingaException.class,
                        e -> assertThat(e.code().type()).isEqualTo(ErrorCode.Type.LIMIT));

        assertThatCode(() -> throttle.attempt("rosa@example.com", "203.0.113.7"))
                .doesNotThrowAnyException();
    }

    @Test
    void oneAddressCannotTryEverybody() {
        Throttle throttle = new Throttle(room.db(), IdentityConfig.strict(), room.clock);
        for (int i = 0; i < 100; i++) {
            throttle.attempt("person" + i + "@example.com", "2001:db8::" + i);
        }
        assertThatThrownBy(() -> throttle.attempt("last@example.com", "2001:db8::ffff"))
                .isInstanceOf(MingaException.class);
        room.clock.forward(Duration.ofSeconds(6));
        throttle.attempt("last@example.com", "2001:db8::ffff");
    }

    @Test
    void parallelGuessesCannotOutrunTheCount() throws Exception {
        Throttle here = new Throttle(room.db(), IdentityConfig.strict(), room.clock);
        Throttle there =
                new Throttle(room.database.secondHost(), IdentityConfig.strict(), room.clock);
        List<Future<Boolean>> tries = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                Throttle throttle = i % 2 == 0 ? here : there;
                tries.add(
                        pool.submit(() -> {
                            try {
                                throttle.attempt("rosa@example.com", "203.0.113.7");
                                return true;
                            } catch (MingaException e) {
                                return false;
                            }
                        }));
            }
        }
        int taken = 0;
        for (Future<Boolean> one : tries) {
            taken += one.get() ? 1 : 0;
        }

        assertThat(taken).isEqualTo(10);
    }

    @Test
    void aRightPasswordWithoutACodeDoesNotRefillTheGuesses() {
        String email = TestIdentity.newEmail();
        TestClient rosa = room.browser(room.signUp(email));
        byte[] secret = TestIdentity.base32(rosa.post("/api/v1/me/totp", null).at("/secret"));
        rosa.post("/api/v1/me/totp/confirm", Map.of("code", room.code(secret)));
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            statuses.add(room.login(email, TestIdentity.PASSWORD).status());
            statuses.add(room.login(email, TestIdentity.PASSWORD, "00000" + i).status());
        }

        assertThat(statuses).contains(429).doesNotContain(200);
    }

    @Test
    void rightSignInsAreNotCountedAgainstTheirAddress() {
        String email = TestIdentity.newEmail();
        room.signUp(email);
        for (int i = 0; i < 15; i++) {
            assertThat(room.login(email, TestIdentity.PASSWORD).status()).isEqualTo(200);
        }
    }

    @Test
    void whatRanOutIsSweptAway() {
        String email = TestIdentity.newEmail();
        room.signUp(email);
        room.login(email, "not the right one");
        IdentityConfig config = IdentityConfig.trial();
        IdentityJob job =
                new IdentityJob(
                        room.db(), config, new Throttle(room.db(), config, room.clock), room.clock);

        assertThat(job.run(new Once(), new IdentityJob.Sweep())).isEqualTo(JobOutcome.done());
        assertThat(rows("sessions")).isEqualTo(1);
        assertThat(rows("throttles")).isPositive();
        room.clock.forward(config.sessionIdle().plusSeconds(1));
        job.run(new Once(), new IdentityJob.Sweep());

        assertThat(rows("sessions")).isZero();
        assertThat(rows("throttles")).isZero();
    }

    private int rows(String table) {
        return room.db()
                .read(handle ->
                        handle.createQuery("SELECT count(*) FROM " + table)
                                .mapTo(Integer.class)
                                .one());
    }

    private record Once() implements JobRun {
        @Override
        public String id() {
            return "only";
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public String traceId() {
            return "";
        }

        @Override
        public void fence(Handle handle) {}
    }

    @Test
    void setUpTokensCannotBeGuessedForEver() {
        room.identity.service().openSetup(java.util.Optional.empty());
        int status = 0;
        for (int i = 0; i < 301; i++) {
            status = room.setUp("guess" + i, "a@example.com").status();
        }

        assertThat(status).isEqualTo(429);
    }
}
