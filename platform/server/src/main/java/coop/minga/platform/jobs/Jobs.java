package coop.minga.platform.jobs;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;

/** Where features leave work to be done. Thread-safe. */
public interface Jobs {

    /** The id, within its type, of a job that runs for ever. */
    String RECURRING = "recurring";

    /**
     * Makes a handler known; before {@link #start}. A job whose type has no handler waits, visibly.
     */
    void register(JobHandler<?> handler);

    /**
     * Enqueues a job inside the caller's transaction; it starts within milliseconds of the commit
     * on this host.
     *
     * @param id names the job within its type; while one of the same name waits or runs, this does
     *     nothing but bring it forward to now
     */
    <P> void enqueue(Handle handle, JobType<P> type, String id, P payload);

    /** The same, not before the given time. */
    <P> void enqueueAt(Handle handle, JobType<P> type, String id, P payload, Instant when);

    /**
     * Runs a type for ever, at the interval, once over all hosts. The payload must be of a record
     * without components.
     */
    <P> void every(Duration interval, JobHandler<P> handler, P payload);

    /** Brings a waiting job forward to now; unknown is ignored. Joins the caller's transaction. */
    void wake(Handle handle, JobType<?> type, String id);

    /**
     * Brings everything that waits for something forward to now, because something came back. Joins
     * the caller's transaction.
     */
    void wakeWaiting(Handle handle);

    /** Removes a job that does not run; unknown is ignored. Joins the caller's transaction. */
    void cancel(Handle handle, JobType<?> type, String id);

    void start();

    /** Takes no new work, waits for what runs, at most so long, then interrupts. */
    void stop(Duration patience);
}
