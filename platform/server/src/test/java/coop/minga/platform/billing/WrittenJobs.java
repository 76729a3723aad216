package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps what was asked for, so that the test decides when it runs. */
public final class WrittenJobs implements Jobs {

    private final Map<String, Instant> due = new ConcurrentHashMap<>();

    Optional<Instant> due(SubscriptionId id) {
        return Optional.ofNullable(due.get(id.toString()));
    }

    public boolean waits(String id) {
        return due.containsKey(id);
    }

    void forget(SubscriptionId id) {
        due.remove(id.toString());
    }

    @Override
    public void register(JobHandler<?> handler) {}

    @Override
    public <P> void enqueue(Handle handle, JobType<P> type, String id, P payload) {
        due.put(id, Instant.MIN);
    }

    @Override
    public <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when) {
        due.merge(id, when, (a, b) -> a.isBefore(b) ? a : b);
    }

    @Override
    public <P> void every(Duration interval, JobHandler<P> handler, P payload) {}

    @Override
    public void wakeWaiting(Handle handle) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void wake(Handle handle, JobType<?> type, String id) {
        due.computeIfPresent(id, (key, when) -> Instant.MIN);
    }

    @Override
    public void cancel(Handle handle, JobType<?> type, String id) {
        due.remove(id);
    }

    @Override
    public void start() {}

    @Override
    public void stop(Duration patience) {}
}
