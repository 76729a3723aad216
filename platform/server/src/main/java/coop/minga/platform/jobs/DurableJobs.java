package coop.minga.platform.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.Task;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Cursor;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
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
    private final Wakeups wakeups;
    private final Runner runner;
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
        this.wakeups = new Wakeups(clock);
        this.runner =
                new Runner(
                        host,
                        store,
                        wakeups,
                        new Settlement(db, clock, random, store, wakeups, intervals));
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
        enqueueAt(handle, type, id, payload, wakeups.now());
    }

    @Override
    public <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when) {
        Instant now = wakeups.now();
        Instant due = when.isBefore(now) ? now : when.truncatedTo(ChronoUnit.MILLIS);
        store.insert(handle, type.name(), id, bytes(payload), due, now, JobId.of(type, id).value());
        handle.afterCommit(() -> wakeups.at(due));
    }

    @Override
    public <P> void every(Duration interval, JobHandler<P> handler, P payload) {
        register(handler);
        intervals.put(handler.type().name(), interval);
        recurringPayloads.put(handler.type().name(), bytes(payload));
    }

    @Override
    public void wake(Handle handle, JobType<?> type, String id) {
        Instant now = wakeups.now();
        store.wake(handle, type.name(), id, now);
        handle.afterCommit(() -> wakeups.at(now));
    }

    @Override
    public void wakeWaiting(Handle handle) {
        Instant now = wakeups.now();
        if (store.wakeWaiting(handle, now) > 0) {
            handle.afterCommit(() -> wakeups.at(now));
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
            Instant now = wakeups.now();
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
        handlers.values().forEach(handler -> tasks.add(new HandlerTask<>(handler, runner)));
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
                        .pollingInterval(Wakeups.POLLING)
                        .heartbeatInterval(HEARTBEAT)
                        .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                        .deleteUnresolvedAfter(Duration.ofDays(36_500))
                        .shutdownMaxWait(Duration.ofSeconds(2))
                        .failureLogging(LogLevel.WARN, false)
                        .clock(wakeups::now)
                        .build();
        scheduler = built;
        wakeups.wake(built);
        built.start();
    }

    @Override
    public void stop(Duration patience) {
        wakeups.mute();
        runner.beginStop();
        Scheduler current = scheduler;
        if (current != null) {
            current.pause();
            runner.end(clock.instant().plus(patience), clock);
            current.stop();
        }
        wakeups.close();
    }

    /** Shows the jobs in the metrics; before {@link #start}. */
    public void measure(MeterRegistry registry) {
        runner.measure(registry);
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
        Instant now = wakeups.now();
        db.useTransaction(handle -> {
            if (!store.retry(handle, id.value(), now)) {
                throw Ids.noSuchThing();
            }
            retried.on(handle, id, actor, address, traceId);
            handle.afterCommit(() -> wakeups.at(now));
        });
    }

    private byte[] bytes(@Nullable Object payload) {
        return Payload.of(Objects.requireNonNull(payload), random).bytes();
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
