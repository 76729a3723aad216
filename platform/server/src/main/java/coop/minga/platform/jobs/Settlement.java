package coop.minga.platform.jobs;

import coop.minga.platform.db.Db;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Decides what becomes of a job after a run, and writes it under the fence: gone, put back for
 * later, or given up.
 */
final class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    /** How long the outcome of a run is kept for a database that is away. */
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private static final int MAX_ERROR_LENGTH = 2_000;

    private final Db db;
    private final Clock clock;
    private final RandomGenerator random;
    private final JobStore store;
    private final Wakeups wakeups;
    private final Map<String, Duration> intervals;

    /**
     * @param intervals of the types that recur
     */
    Settlement(
            Db db,
            Clock clock,
            RandomGenerator random,
            JobStore store,
            Wakeups wakeups,
            Map<String, Duration> intervals) {
        this.db = db;
        this.clock = clock;
        this.random = random;
        this.store = store;
        this.wakeups = wakeups;
        this.intervals = intervals;
    }

    /**
     * Writes down how a run ended, for as long as the database may be back in a moment.
     *
     * @param attempt 1 at the first
     */
    void settle(JobHandler<?> handler, JobStore.Lease lease, int attempt, JobOutcome outcome) {
        Instant patience = clock.instant().plus(SETTLING);
        while (true) {
            try {
                settleOnce(handler, lease, attempt, outcome);
                return;
            } catch (RuntimeException e) {
                // The database may be back in a moment; otherwise the job is found dead and runs
                // again.
                if (!Db.isUnavailable(e) || clock.instant().isAfter(patience)) {
                    throw e;
                }
                Wakeups.pause(200);
            }
        }
    }

    private void settleOnce(
            JobHandler<?> handler, JobStore.Lease lease, int attempt, JobOutcome outcome) {
        Instant now = wakeups.now();
        Duration interval = intervals.get(lease.type());
        db.useTransaction(handle -> {
            switch (outcome) {
                case JobOutcome.Done() -> {
                    if (interval == null) {
                        if (!store.remove(handle, lease)) {
                            putBack(handle, lease, now, now, 0, null, null);
                        }
                    } else {
                        putBack(handle, lease, now.plus(interval), now, 0, null, null);
                    }
                }
                case JobOutcome.Again again ->
                        putBack(handle, lease, now.plus(again.delay()), now, 0, null, null);
                case JobOutcome.Waiting waiting ->
                        putBack(
                                handle,
                                lease,
                                now.plus(waiting.delay()),
                                now,
                                attempt - 1,
                                cut(waiting.reason()),
                                null);
                case JobOutcome.Failed failed ->
                        failed(handle, handler, lease, attempt, now, failed.reason());
            }
        });
    }

    private void failed(
            Handle handle,
            JobHandler<?> handler,
            JobStore.Lease lease,
            int attempt,
            Instant now,
            String reason) {
        Duration interval = intervals.get(lease.type());
        if (interval == null && attempt >= handler.policy().maxAttempts()) {
            if (store.bury(handle, lease, attempt, now, cut(reason))) {
                log.error(
                        "Job {}/{} is given up after {} attempts: {}",
                        lease.type(),
                        lease.name(),
                        attempt,
                        reason);
            }
            return;
        }
        Duration delay = backOff(handler.policy(), attempt);
        if (interval != null && delay.compareTo(interval) > 0) {
            delay = interval;
        }
        putBack(handle, lease, now.plus(delay), now, attempt, null, cut(reason));
    }

    /** Doubles from the first delay to the longest; anything from half of it to all of it. */
    private Duration backOff(JobPolicy policy, int attempt) {
        long longest = policy.maxDelay().toMillis();
        long delay = policy.firstDelay().toMillis();
        for (int i = 1; i < attempt && delay < longest; i++) {
            delay *= 2;
        }
        delay = Math.max(2, Math.min(delay, longest));
        return Duration.ofMillis(delay / 2 + random.nextLong(delay / 2 + 1));
    }

    private void putBack(
            Handle handle,
            JobStore.Lease lease,
            Instant next,
            Instant now,
            int failures,
            @Nullable String reason,
            @Nullable String error) {
        Instant due = next.truncatedTo(ChronoUnit.MILLIS);
        store.release(handle, lease, due, now, failures, reason, error)
                .ifPresentOrElse(
                        when -> handle.afterCommit(() -> wakeups.at(when)),
                        () ->
                                log.warn(
                                        "Job {}/{} ended after its lease was lost",
                                        lease.type(),
                                        lease.name()));
    }

    /** Takes a job over from a host that died with it in its hands: a failed attempt. */
    void takeOver(JobHandler<?> handler, JobStore.Lease lease, int attempt) {
        Instant now = wakeups.now();
        db.useTransaction(handle -> {
            if (store.lockForTakeOver(handle, lease)) {
                if (attempt >= handler.policy().maxAttempts()
                        && !intervals.containsKey(lease.type())) {
                    failed(handle, handler, lease, attempt, now, "its host died while it ran");
                } else {
                    putBack(handle, lease, now, now, attempt, null, "its host died while it ran");
                }
            }
        });
    }

    private static String cut(String text) {
        return text.length() <= MAX_ERROR_LENGTH ? text : text.substring(0, MAX_ERROR_LENGTH);
    }
}
