package coop.minga.platform.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Json;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import javax.sql.DataSource;

/**
 * Jobs in PostgreSQL. db-scheduler picks due rows, keeps heartbeats and finds the dead; everything
 * that decides about a job is ours, so that it happens in the caller's transaction and under the
 * fence.
 */
public final class DurableJobs implements Jobs {

    private static final Logger log = LoggerFactory.getLogger(DurableJobs.class);

    /** Jobs of a dead host are taken over after 4 missed ones, looked for every second one. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);

    private static final int MISSED_HEARTBEATS = 4;
    private static final Duration POLLING = Duration.ofSeconds(1);
    private static final Duration SETTLING = Duration.ofSeconds(30);
    private static final int TRACE_LENGTH = 32;
    private static final int MAX_ERROR_LENGTH = 2_000;
    private static final String TRACE = "trace_id";

    private final Db db;
    private final DataSource source;
    private final Clock clock;
    private final RandomGenerator random;
    private final RetryListener retried;
    private final boolean alone;
    private final int threads;
    private final String host;
    private final JobStore store = new JobStore();
    private final Map<String, JobHandler<?>> handlers = new ConcurrentHashMap<>();
    private final Map<String, Duration> intervals = new ConcurrentHashMap<>();
    private final Map<String, byte[]> recurringPayloads = new ConcurrentHashMap<>();
    private final Map<String, Thread> running = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;
    private volatile boolean stopping;
    private MeterRegistry meters = new SimpleMeterRegistry();
    private volatile @Nullable Scheduler scheduler;

    /** Hears, inside the transaction, that an operator asked for a job to run again. */
    @FunctionalInterface
    public interface RetryListener {
        void on(Handle handle, JobId id, String actor, String address, String traceId);
    }

    /**
     * @param source for the scheduler's own statements
     * @param retried writes the audit entry
     * @param alone whether no other host can share this database: then what a predecessor left
     *     running is taken over at once
     * @param threads jobs run at the same time
     */
    public DurableJobs(
            Db db,
            DataSource source,
            Clock clock,
            RandomGenerator random,
            RetryListener retried,
            boolean alone,
            int threads) {
        this.db = db;
        this.source = source;
        this.clock = clock;
        this.random = random;
        this.retried = retried;
        this.alone = alone;
        this.threads = threads;
        this.host = "host-" + Long.toHexString(random.nextLong());
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("job-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void register(JobHandler<?> handler) {
        String name = handler.type().name();
        if (scheduler != null || handlers.putIfAbsent(name, handler) != null) {
            throw new IllegalStateException(
                    "Handlers are registered once, before the start: " + name);
        }
    }

    @Override
    public <P> void enqueue(Handle handle, JobType<P> type, String id, P payload) {
        enqueueAt(handle, type, id, payload, now());
    }

    @Override
    public <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when) {
        Instant now = now();
        Instant due = when.isBefore(now) ? now : when.truncatedTo(ChronoUnit.MILLIS);
        store.insert(handle, type.name(), id, bytes(payload), due, now, JobId.of(type, id).value());
        handle.afterCommit(() -> wakeAt(due));
    }

    @Override
    public <P> void every(Duration interval, JobHandler<P> handler, P payload) {
        register(handler);
        intervals.put(handler.type().name(), interval);
        recurringPayloads.put(handler.type().name(), bytes(payload));
    }

    @Override
    public void wake(Handle handle, JobType<?> type, String id) {
        Instant now = now();
        store.wake(handle, type.name(), id, now);
        handle.afterCommit(() -> wakeAt(now));
    }

    @Override
    public void wakeWaiting(Handle handle) {
        Instant now = now();
        if (store.wakeWaiting(handle, now) > 0) {
            handle.afterCommit(() -> wakeAt(now));
        }
    }

    @Override
    public void cancel(Handle handle, JobType<?> type, String id) {
        store.cancel(handle, type.name(), id);
    }

    @Override
    public void start() {
        db.useTransaction(handle -> {
            if (alone) {
                int freed = store.releaseAll(handle);
                if (freed > 0) {
                    log.info("{} jobs were running when the host ended; they run again", freed);
                }
            }
            Instant now = now();
            recurringPayloads.forEach((name, payload) ->
                    store.insert(
                            handle,
                            name,
                            RECURRING,
                            payload,
                            now.plus(Objects.requireNonNull(intervals.get(name))),
                            now,
                            JobId.of(new JobType<>(name, Object.class), RECURRING).value()));
        });
        List<Task<?>> tasks = new ArrayList<>();
        handlers.values().forEach(handler -> tasks.add(new HandlerTask<>(handler)));
        Scheduler built =
                Scheduler.create(source, tasks)
                        .schedulerName(new SchedulerName.Fixed(host))
                        .serializer(new Bytes())
                        .jdbcCustomization(new PostgreSqlJdbcCustomization(false, false))
                        .threads(threads)
                        .executorService(
                                Executors.newThreadPerTaskExecutor(
                                        Thread.ofVirtual().name("job-", 0).factory()))
                        .pollUsingLockAndFetch(0.5, 1.0)
                        .pollingInterval(POLLING)
                        .heartbeatInterval(HEARTBEAT)
                        .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                        .deleteUnresolvedAfter(Duration.ofDays(36_500))
                        .shutdownMaxWait(Duration.ofSeconds(2))
                        .failureLogging(LogLevel.WARN, false)
                        .clock(this::now)
                        .build();
        scheduler = built;
        built.start();
    }

    @Override
    public void stop(Duration patience) {
        stopping = true;
        Scheduler current = scheduler;
        if (current != null) {
            current.pause();
            Instant end = clock.instant().plus(patience);
            while (!running.isEmpty() && clock.instant().isBefore(end)) {
                sleep(10);
            }
            running.values().forEach(Thread::interrupt);
            current.stop();
        }
        timer.shutdownNow();
    }

    /** Shows the jobs in the metrics; before {@link #start}. */
    public void measure(MeterRegistry registry) {
        meters = registry;
        Gauge.builder("minga_jobs_dead", () -> count(JobStore.DEAD)).register(registry);
        Gauge.builder("minga_jobs_waiting", () -> count(JobStore.WAITING)).register(registry);
        Gauge.builder("minga_jobs_overdue_seconds", () -> count(JobStore.OVERDUE))
                .register(registry);
    }

    private double count(String query) {
        try {
            return db.read(handle -> store.number(handle, query));
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }

    /** Jobs for the operators' page, newest first. */
    List<JobView> list(@Nullable String state, @Nullable String type, Cursor after, int limit) {
        return db.read(handle ->
                store.list(handle, state, type, List.copyOf(handlers.keySet()), after, limit));
    }

    void retry(JobId id, String actor, String address, String traceId) {
        Instant now = now();
        db.useTransaction(handle -> {
            if (!store.retry(handle, id.value(), now)) {
                throw Ids.noSuchThing();
            }
            retried.on(handle, id, actor, address, traceId);
            handle.afterCommit(() -> wakeAt(now));
        });
    }

    // ---- one run

    private final class HandlerTask<P> extends AbstractTask<byte[]> {

        private final JobHandler<P> handler;

        HandlerTask(JobHandler<P> handler) {
            super(
                    handler.type().name(),
                    byte[].class,
                    (complete, operations) ->
                            log.error("Job {} ended outside our hands", complete.getExecution()),
                    (complete, operations) -> takeOver(handler, complete.getExecution()));
            this.handler = handler;
        }

        @Override
        public CompletionHandler<byte[]> execute(
                TaskInstance<byte[]> task, ExecutionContext context) {
            run(handler, context.getExecution(), task.getData());
            // The outcome is settled already, in a transaction of ours.
            return (complete, operations) -> {};
        }

        @Override
        public SchedulableInstance<byte[]> schedulableInstance(String id) {
            throw new UnsupportedOperationException("Jobs are enqueued through Jobs");
        }

        @Override
        public SchedulableInstance<byte[]> schedulableInstance(String id, byte[] data) {
            throw new UnsupportedOperationException("Jobs are enqueued through Jobs");
        }
    }

    private static JobStore.Lease lease(Execution execution) {
        return new JobStore.Lease(
                execution.getTaskName(),
                execution.getId(),
                Objects.requireNonNullElse(execution.pickedBy, ""),
                execution.version);
    }

    private record Run(JobStore store, JobStore.Lease lease, int attempt, String traceId)
            implements JobRun {

        @Override
        public String id() {
            return lease.name();
        }

        @Override
        public void fence(Handle handle) {
            if (!store.holds(handle, lease)) {
                throw new LostLease(lease.type() + "/" + lease.name());
            }
        }
    }

    private <P> void run(JobHandler<P> handler, Execution execution, byte[] payload) {
        JobStore.Lease lease = lease(execution);
        String key = lease.type() + "/" + lease.name();
        Thread me = Thread.currentThread();
        if (running.putIfAbsent(key, me) != null) {
            // A pick that the database forgot in a crash; the first run goes on under its fence.
            log.warn("Job {} was picked twice by this host", key);
            return;
        }
        try {
            int attempt = execution.consecutiveFailures + 1;
            String text = new String(payload, StandardCharsets.UTF_8);
            Run run = new Run(store, lease, attempt, text.substring(0, TRACE_LENGTH));
            MDC.put(TRACE, run.traceId());
            MDC.put("job", key);
            long begin = System.nanoTime();
            JobOutcome outcome = outcome(handler, run, text.substring(TRACE_LENGTH), me);
            Timer.builder("minga_job_runs")
                    .tag("type", lease.type())
                    .tag("outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                    .register(meters)
                    .record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
            settle(handler, lease, attempt, outcome);
        } catch (JobRun.LostLease e) {
            log.warn("Job {} is run by another host by now", key);
        } finally {
            running.remove(key);
            MDC.remove(TRACE);
            MDC.remove("job");
        }
    }

    private <P> JobOutcome outcome(JobHandler<P> handler, Run run, String payload, Thread me) {
        Deadline deadline = new Deadline(me);
        Future<?> alarm =
                timer.schedule(
                        deadline, handler.policy().timeout().toMillis(), TimeUnit.MILLISECONDS);
        try {
            return handler.run(run, Json.read(payload, handler.type().payload()));
        } catch (JobRun.LostLease e) {
            throw e;
        } catch (Exception | LinkageError | StackOverflowError e) {
            if (deadline.passed()) {
                return JobOutcome.failed(
                        "took longer than " + handler.policy().timeout().toSeconds() + " s");
            }
            if (stopping && causedByInterrupt(e)) {
                return JobOutcome.again(Duration.ZERO);
            }
            log.warn("Job {}/{} failed", run.lease().type(), run.lease().name(), e);
            return JobOutcome.failed(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        } finally {
            alarm.cancel(false);
            deadline.disarm();
        }
    }

    /** Interrupts a run that takes too long, never the thread after it. */
    private static final class Deadline implements Runnable {

        private final Thread thread;
        private boolean armed = true;
        private boolean passed;

        Deadline(Thread thread) {
            this.thread = thread;
        }

        @Override
        public synchronized void run() {
            if (armed) {
                passed = true;
                thread.interrupt();
            }
        }

        synchronized boolean passed() {
            return passed;
        }

        synchronized void disarm() {
            armed = false;
            // What comes next writes the outcome and must not be hit by a late interrupt.
            Thread.interrupted();
        }
    }

    private static boolean causedByInterrupt(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof InterruptedException
                    || t instanceof java.nio.channels.ClosedByInterruptException
                    || t instanceof java.io.InterruptedIOException) {
                return true;
            }
        }
        return false;
    }

    private void settle(
            JobHandler<?> handler, JobStore.Lease lease, int attempt, JobOutcome outcome) {
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
                sleep(200);
            }
        }
    }

    private void settleOnce(
            JobHandler<?> handler, JobStore.Lease lease, int attempt, JobOutcome outcome) {
        Instant now = now();
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
                        when -> handle.afterCommit(() -> wakeAt(when)),
                        () ->
                                log.warn(
                                        "Job {}/{} ended after its lease was lost",
                                        lease.type(),
                                        lease.name()));
    }

    /** A host died, or slept too long, with this job in its hands: counts as a failed attempt. */
    private void takeOver(JobHandler<?> handler, Execution execution) {
        JobStore.Lease lease = lease(execution);
        if (host.equals(lease.host()) && running.containsKey(lease.type() + "/" + lease.name())) {
            // Our own heartbeat was late; the run still goes on here.
            return;
        }
        Instant now = now();
        db.useTransaction(handle -> {
            if (store.lockForTakeOver(handle, lease)) {
                int attempt = execution.consecutiveFailures + 1;
                if (attempt >= handler.policy().maxAttempts()
                        && !intervals.containsKey(lease.type())) {
                    failed(handle, handler, lease, attempt, now, "its host died while it ran");
                } else {
                    putBack(handle, lease, now, now, attempt, null, "its host died while it ran");
                }
            }
        });
    }

    // ---- small things

    private Instant now() {
        // PostgreSQL rounds to microseconds: what is due now must not be due a moment later there.
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void wakeAt(Instant when) {
        Scheduler current = scheduler;
        if (current == null || stopping) {
            return;
        }
        long wait = Duration.between(now(), when).toMillis();
        if (wait <= 0) {
            current.triggerCheckForDueExecutions();
        } else if (wait < POLLING.toMillis()) {
            timer.schedule(current::triggerCheckForDueExecutions, wait, TimeUnit.MILLISECONDS);
        }
    }

    private String trace() {
        String current = MDC.get(TRACE);
        return current != null
                ? current
                : String.format("%016x%016x", random.nextLong(), random.nextLong());
    }

    /** The trace id, then JSON. */
    private byte[] bytes(@Nullable Object payload) {
        return (trace() + Json.write(Objects.requireNonNull(payload)))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String cut(String text) {
        return text.length() <= MAX_ERROR_LENGTH ? text : text.substring(0, MAX_ERROR_LENGTH);
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Payloads are JSON already. */
    private static final class Bytes implements Serializer {

        @Override
        public byte[] serialize(Object data) {
            return (byte[]) data;
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return type.cast(data);
        }
    }
}
