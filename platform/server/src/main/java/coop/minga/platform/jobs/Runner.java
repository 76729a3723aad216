package coop.minga.platform.jobs;

import com.github.kagkarlsson.scheduler.task.Execution;

import coop.minga.platform.http.Json;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs the jobs this host picked, each at most once at a time and no longer than it may. */
final class Runner {

    private static final Logger log = LoggerFactory.getLogger(Runner.class);

    private final String host;
    private final JobStore store;
    private final Wakeups wakeups;
    private final Settlement settlement;
    private final Map<String, Thread> running = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private MeterRegistry meters = new SimpleMeterRegistry();

    /**
     * @param host this one's name on leases
     */
    Runner(String host, JobStore store, Wakeups wakeups, Settlement settlement) {
        this.host = host;
        this.store = store;
        this.wakeups = wakeups;
        this.settlement = settlement;
    }

    /** Shows the runs in these metrics; before the start. */
    void measure(MeterRegistry registry) {
        meters = registry;
    }

    /** From now on a run that ends by an interrupt is put back, not failed. */
    void beginStop() {
        stopping = true;
    }

    /** Waits for what runs and interrupts what runs then. */
    void end(Instant until, Clock clock) {
        while (!running.isEmpty() && clock.instant().isBefore(until)) {
            Wakeups.pause(10);
        }
        running.values().forEach(Thread::interrupt);
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

    /** Runs one job and settles it. */
    <P> void run(JobHandler<P> handler, Execution execution, byte[] data) {
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
            Payload payload = Payload.read(data);
            Run run = new Run(store, lease, attempt, payload.traceId());
            MDC.put(Payload.TRACE, run.traceId());
            MDC.put("job", key);
            long begin = System.nanoTime();
            JobOutcome outcome = outcome(handler, run, payload.json(), me);
            Timer.builder("minga_job_runs")
                    .tag("type", lease.type())
                    .tag("outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                    .register(meters)
                    .record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
            settlement.settle(handler, lease, attempt, outcome);
        } catch (JobRun.LostLease e) {
            log.warn("Job {} is run by another host by now", key);
        } finally {
            running.remove(key);
            MDC.remove(Payload.TRACE);
            MDC.remove("job");
        }
    }

    private <P> JobOutcome outcome(JobHandler<P> handler, Run run, String payload, Thread me) {
        Deadline deadline = new Deadline(me);
        Future<?> alarm = wakeups.alarm(deadline, handler.policy().timeout());
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

    /** A host died, or slept too long, with this job in its hands: counts as a failed attempt. */
    void takeOver(JobHandler<?> handler, Execution execution) {
        JobStore.Lease lease = lease(execution);
        if (host.equals(lease.host()) && running.containsKey(lease.type() + "/" + lease.name())) {
            // Our own heartbeat was late; the run still goes on here.
            return;
        }
        settlement.takeOver(handler, lease, execution.consecutiveFailures + 1);
    }
}
