package coop.minga.platform.payments;

import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps jobs until the test lets them run, in an order of its choice. */
final class HeldJobs implements Jobs {

    private record Left(JobType<?> type, String id, Object payload) {}

    /** The process ended here. */
    static final class Cut extends Error {
        private static final long serialVersionUID = 1;

        Cut(String point) {
            super(point);
        }
    }

    private final Map<String, JobHandler<?>> handlers = new ConcurrentHashMap<>();
    private final Map<String, Left> waiting = new ConcurrentHashMap<>();

    int waiting() {
        return waiting.size();
    }

    /** Runs what waits, and what that leaves, until nothing does. */
    void run() {
        while (!waiting.isEmpty()) {
            List.copyOf(waiting.values()).forEach(this::run);
        }
    }

    /** The same in an order by chance. */
    void runShuffled(Random random) {
        while (!waiting.isEmpty()) {
            List<Left> left = new ArrayList<>(waiting.values());
            Collections.shuffle(left, random);
            left.forEach(this::run);
        }
    }

    @SuppressWarnings("unchecked")
    private void run(Left left) {
        if (!waiting.remove(left.type().name() + left.id(), left)) {
            return;
        }
        try {
            JobHandler<Object> handler = (JobHandler<Object>) handlers.get(left.type().name());
            JobOutcome outcome = handler.run(new Unfenced(left.id()), left.payload());
            if (outcome instanceof JobOutcome.Failed failed) {
                throw new AssertionError(left + " failed: " + failed.reason());
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Cut e) {
            // Whoever comes next finds it in the database.
            waiting.putIfAbsent(left.type().name() + left.id(), left);
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    record Unfenced(String id) implements JobRun {

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public String traceId() {
            return "0".repeat(32);
        }

        @Override
        public void fence(Handle handle) {}
    }

    @Override
    public void register(JobHandler<?> handler) {
        handlers.put(handler.type().name(), handler);
    }

    @Override
    public <P> void enqueue(Handle handle, JobType<P> type, String id, P payload) {
        handle.afterCommit(() -> waiting.put(type.name() + id, new Left(type, id, payload)));
    }

    @Override
    public <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when) {
        enqueue(handle, type, id, payload);
    }

    @Override
    public <P> void every(Duration interval, JobHandler<P> handler, P payload) {
        register(handler);
    }

    @Override
    public void wake(Handle handle, JobType<?> type, String id) {}

    @Override
    public void wakeWaiting(Handle handle) {}

    @Override
    public void cancel(Handle handle, JobType<?> type, String id) {
        waiting.remove(type.name() + id);
    }

    @Override
    public void start() {}

    @Override
    public void stop(Duration patience) {}
}
