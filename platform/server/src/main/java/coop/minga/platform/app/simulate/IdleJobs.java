package coop.minga.platform.app.simulate;

import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;

/** Jobs that never run: the simulation itself does what is due. */
final class IdleJobs implements Jobs {

    @Override
    public void register(JobHandler<?> handler) {}

    @Override
    public <P> void enqueue(Handle handle, JobType<P> type, String id, P payload) {}

    @Override
    public <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when) {}

    @Override
    public <P> void every(Duration interval, JobHandler<P> handler, P payload) {}

    @Override
    public void wakeWaiting(Handle handle) {}

    @Override
    public void wake(Handle handle, JobType<?> type, String id) {}

    @Override
    public void cancel(Handle handle, JobType<?> type, String id) {}

    @Override
    public void start() {}

    @Override
    public void stop(Duration patience) {}
}
