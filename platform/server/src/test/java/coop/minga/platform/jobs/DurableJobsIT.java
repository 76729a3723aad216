package coop.minga.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Cursor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

final class DurableJobsIT {

    record Note(String text) {}

    private static final JobType<Note> TYPE = new JobType<>("test.work", Note.class);

    private TestDatabase database;
    private final List<DurableJobs> started = new ArrayList<>();

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        database.db().useTransaction(h -> h.execute("CREATE TABLE effects (name text)"));
    }

    @AfterEach
    void close() {
        started.forEach(jobs -> jobs.stop(Duration.ofSeconds(5)));
        database.close();
    }

    private interface Work {
        JobOutcome run(JobRun run, Note note) throws Exception;
    }

    private record Handler(JobType<Note> type, JobPolicy policy, Work work)
            implements JobHandler<Note> {
        @Override
        public JobOutcome run(JobRun run, Note payload) throws Exception {
            return work.run(run, payload);
        }
    }

    private static JobPolicy quick(int attempts) {
        return new JobPolicy(
                attempts, Duration.ofMillis(2), Duration.ofMillis(20), Duration.ofSeconds(60));
    }

    private DurableJobs host(Db db, Work work) {
        return host(db, quick(3), work);
    }

    private DurableJobs host(Db db, JobPolicy policy, Work work) {
        DurableJobs jobs = unstarted(db);
        jobs.register(new Handler(TYPE, policy, work));
        jobs.start();
        return jobs;
    }

    private DurableJobs unstarted(Db db) {
        DurableJobs jobs =
                new DurableJobs(
                        db,
                        database.source(),
                        Clock.systemUTC(),
                        new Random(),
                        (handle, id, actor, address, trace) ->
                                handle.execute("INSERT INTO effects VALUES ('audited')"),
                        false,
                        16);
        started.add(jobs);
        return jobs;
    }

    private void enqueue(DurableJobs jobs, String id) {
        database.db().useTransaction(h -> jobs.enqueue(h, TYPE, id, new Note("hello " + id)));
    }

    private List<JobView> list(DurableJobs jobs) {
        return jobs.list(null, null, Cursor.START, 100);
    }

    @Test
    void anEnqueuedJobRunsOnceAndIsGone() {
        Map<String, String> seen = new ConcurrentHashMap<>();
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            runs.incrementAndGet();
                            seen.put(run.id(), note.text() + "/" + run.attempt());
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        Eventually.until("gone", () -> list(jobs).isEmpty());
        assertThat(seen).containsExactlyEntriesOf(Map.of("a", "hello a/1"));
        assertThat(runs).hasValue(1);
    }

    @Test
    void aJobOfARolledBackTransactionNeverRuns() {
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            runs.incrementAndGet();
                            return JobOutcome.done();
                        });
        assertThatThrownBy(() ->
                        database.db()
                                .useTransaction(h -> {
                                    jobs.enqueue(h, TYPE, "lost", new Note("x"));
                                    throw new IllegalStateException("no");
                                }))
                .hasMessage("no");
        enqueue(jobs, "kept");
        Eventually.until("ran", () -> runs.get() == 1);
        assertThat(list(jobs)).noneMatch(job -> job.name().equals("lost"));
    }

    @Test
    void twoHostsRunEachJobOnce() {
        Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
        Work work =
                (run, note) -> {
                    runs.computeIfAbsent(run.id(), id -> new AtomicInteger()).incrementAndGet();
                    return JobOutcome.done();
                };
        DurableJobs first = host(database.db(), work);
        DurableJobs second = host(database.secondHost(), work);
        for (int i = 0; i < 200; i++) {
            enqueue(i % 2 == 0 ? first : second, "job" + i);
        }
        Eventually.until("all ran", () -> list(first).isEmpty());
        assertThat(runs).hasSize(200).allSatisfy((id, count) -> assertThat(count).hasValue(1));
    }

    @Test
    void aFailingJobIsRetriedThenGivenUpAndCanBeRetried() {
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            assertThat(run.traceId()).matches("[0-9a-f]{32}");
                            if (runs.incrementAndGet() <= 3) {
                                throw new IllegalStateException("broken " + run.attempt());
                            }
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        Eventually.until(
                "given up", () -> list(jobs).stream().anyMatch(j -> j.state().equals("dead")));
        JobView dead = list(jobs).getFirst();
        assertThat(dead.attempts()).isEqualTo(3);
        assertThat(dead.lastError()).isEqualTo("broken 3");
        assertThat(dead.id()).isEqualTo(JobId.of(TYPE, "a"));
        jobs.retry(dead.id(), "acc_1", "127.0.0.1", "");
        Eventually.until("ran at last", () -> list(jobs).isEmpty());
        assertThat(runs).hasValue(4);
        assertThat(effects()).containsExactly("audited");
    }

    @Test
    void aWaitingJobSaysWhatItWaitsFor() {
        AtomicReference<JobOutcome> outcome =
                new AtomicReference<>(
                        JobOutcome.waiting("compute/docker is not there", Duration.ofHours(1)));
        DurableJobs jobs = host(database.db(), (run, note) -> outcome.get());
        enqueue(jobs, "a");
        Eventually.until(
                "waits", () -> list(jobs).stream().anyMatch(j -> j.state().equals("waiting")));
        JobView waiting = list(jobs).getFirst();
        assertThat(waiting.reason()).isEqualTo("compute/docker is not there");
        assertThat(waiting.attempts()).isZero();
        outcome.set(JobOutcome.done());
        database.db().useTransaction(h -> jobs.wake(h, TYPE, "a"));
        Eventually.until("ran", () -> list(jobs).isEmpty());
    }

    @Test
    void everythingThatWaitsRunsWhenSomethingCameBack() {
        AtomicReference<JobOutcome> outcome =
                new AtomicReference<>(
                        JobOutcome.waiting("waits for plugin docker", Duration.ofHours(1)));
        DurableJobs jobs = host(database.db(), (run, note) -> outcome.get());
        enqueue(jobs, "a");
        enqueue(jobs, "b");
        Eventually.until(
                "both wait",
                () ->
                        list(jobs).stream().filter(job -> job.state().equals("waiting")).count()
                                == 2);
        outcome.set(JobOutcome.done());
        database.db().useTransaction(jobs::wakeWaiting);
        Eventually.until("both ran", () -> list(jobs).isEmpty());
    }

    @Test
    void aJobNobodyHandlesWaitsVisiblyUntilSomebodyDoes() {
        DurableJobs without = unstarted(database.db());
        without.start();
        enqueue(without, "a");
        // It is picked up for a moment before it is found that nothing handles it.
        Eventually.until(
                "waits",
                () -> list(without).stream().anyMatch(job -> job.state().equals("waiting")));
        JobView job = list(without).getFirst();
        assertThat(job.reason()).isEqualTo("Nothing here handles test.work");
        DurableJobs with = host(database.secondHost(), (run, note) -> JobOutcome.done());
        Eventually.until("ran", () -> list(with).isEmpty());
    }

    @Test
    void aJobEnqueuedWhileItRunsRunsAgain() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            runs.incrementAndGet();
                            inside.countDown();
                            goOn.await();
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        inside.await();
        enqueue(jobs, "a");
        enqueue(jobs, "a");
        goOn.countDown();
        Eventually.until("ran again", () -> list(jobs).isEmpty());
        assertThat(runs).hasValue(2);
    }

    @Test
    void aRunThatLostItsLeaseCannotWrite() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Throwable> refused = new AtomicReference<>();
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            if (runs.incrementAndGet() == 1) {
                                inside.countDown();
                                goOn.await();
                                try {
                                    write(run, "paused");
                                } catch (JobRun.LostLease e) {
                                    refused.set(e);
                                    throw e;
                                }
                            } else {
                                write(run, "successor");
                            }
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        inside.await();
        // What another host does after missed heartbeats.
        database.db()
                .useTransaction(h ->
                        h.execute(
                                "UPDATE scheduled_tasks SET picked = false, picked_by ="
                                        + " NULL, version = version + 1, execution_time ="
                                        + " now()"));
        DurableJobs other =
                host(
                        database.secondHost(),
                        (run, note) -> {
                            write(run, "successor");
                            return JobOutcome.done();
                        });
        Eventually.until("successor wrote", () -> effects().contains("successor"));
        goOn.countDown();
        Eventually.until("refused", () -> refused.get() != null);
        Eventually.until("done", () -> list(other).isEmpty());
        assertThat(effects()).containsExactly("successor");
    }

    private void write(JobRun run, String effect) {
        database.db()
                .useTransaction(h -> {
                    run.fence(h);
                    h.execute("INSERT INTO effects VALUES (?)", effect);
                });
    }

    @Test
    void anEnqueueDoesNotWaitForTheFencedTransactionOfTheRun() throws Exception {
        CountDownLatch fenced = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            if (run.attempt() == 1 && fenced.getCount() > 0) {
                                database.db()
                                        .useTransaction(h -> {
                                            run.fence(h);
                                            fenced.countDown();
                                            awaitQuietly(goOn);
                                        });
                            }
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        fenced.await();
        enqueue(jobs, "a");
        goOn.countDown();
        Eventually.until("done", () -> list(jobs).isEmpty());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRunThatTakesTooLongIsInterrupted() {
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        new JobPolicy(
                                2,
                                Duration.ofMillis(2),
                                Duration.ofMillis(4),
                                Duration.ofMillis(100)),
                        (run, note) -> {
                            runs.incrementAndGet();
                            new CountDownLatch(1).await();
                            return JobOutcome.done();
                        });
        enqueue(jobs, "a");
        Eventually.until(
                "given up", () -> list(jobs).stream().anyMatch(j -> j.state().equals("dead")));
        assertThat(list(jobs).getFirst().lastError()).startsWith("took longer than");
        assertThat(runs).hasValue(2);
    }

    @Test
    void aRecurringJobRunsOnceOverAllHosts() {
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Work work =
                (run, note) -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    runs.incrementAndGet();
                    inside.decrementAndGet();
                    if (runs.get() == 2) {
                        throw new IllegalStateException("a failure does not end it");
                    }
                    return JobOutcome.done();
                };
        for (Db db : List.of(database.db(), database.secondHost())) {
            DurableJobs jobs = unstarted(db);
            jobs.every(Duration.ofMillis(50), new Handler(TYPE, quick(1), work), new Note("again"));
            jobs.start();
        }
        Eventually.until("several runs", () -> runs.get() >= 5);
        assertThat(most).hasValue(1);
    }

    @Test
    void aJobWhoseHostWasKilledRunsOnAnother() throws Exception {
        Process child =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                database.url(),
                                database.user(),
                                database.password())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(child.inputReader(StandardCharsets.UTF_8).lines().anyMatch("inside"::equals))
                .isTrue();
        child.destroyForcibly().waitFor();
        Instant killed = Instant.now();
        AtomicInteger attempt = new AtomicInteger();
        DurableJobs jobs =
                host(
                        database.db(),
                        (run, note) -> {
                            attempt.set(run.attempt());
                            return JobOutcome.done();
                        });
        Eventually.until("taken over", Duration.ofSeconds(25), () -> list(jobs).isEmpty());
        assertThat(attempt).hasValue(2);
        assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(25));
    }

    /** A host that is killed in the middle of a job. */
    static final class Child {
        public static void main(String[] arguments) throws Exception {
            Database database =
                    Database.open(
                            coop.minga.platform.config.DatabaseConfig.external(
                                    arguments[0], arguments[1], arguments[2]),
                            Path.of("unused"));
            DurableJobs jobs =
                    new DurableJobs(
                            database.db(),
                            database.source(),
                            Clock.systemUTC(),
                            new Random(),
                            (handle, id, actor, address, trace) -> {},
                            false,
                            4);
            jobs.register(
                    new Handler(
                            TYPE,
                            quick(3),
                            (run, note) -> {
                                System.out.println("inside");
                                new CountDownLatch(1).await();
                                return JobOutcome.done();
                            }));
            jobs.start();
            database.db().useTransaction(h -> jobs.enqueue(h, TYPE, "a", new Note("x")));
            new CountDownLatch(1).await();
        }
    }

    @Test
    void theOnlyHostTakesUpItsPredecessorsJobsAtOnce() {
        database.db()
                .useTransaction(h -> {
                    DurableJobs writer = unstarted(database.db());
                    writer.enqueue(h, TYPE, "a", new Note("x"));
                    h.execute(
                            "UPDATE scheduled_tasks SET picked = true, picked_by = 'gone',"
                                    + " last_heartbeat = now()");
                });
        AtomicInteger runs = new AtomicInteger();
        DurableJobs jobs =
                new DurableJobs(
                        database.db(),
                        database.source(),
                        Clock.systemUTC(),
                        new Random(),
                        (handle, id, actor, address, trace) -> {},
                        true,
                        4);
        started.add(jobs);
        jobs.register(
                new Handler(
                        TYPE,
                        quick(3),
                        (run, note) -> {
                            runs.incrementAndGet();
                            return JobOutcome.done();
                        }));
        jobs.start();
        Eventually.until("ran", Duration.ofSeconds(5), () -> runs.get() == 1);
    }

    private List<String> effects() {
        return database.db()
                .read(h -> h.createQuery("SELECT name FROM effects").mapTo(String.class).list());
    }
}
