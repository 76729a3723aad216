package coop.minga.platform.telemetry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Whether the host can take requests, and if not, why. Thread-safe.
 *
 * <p>Only what every request needs belongs here: a plugin that is down does not make the host
 * unready.
 */
public final class Health {

    private static final Logger log = LoggerFactory.getLogger(Health.class);
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration FRESH = Duration.ofMillis(500);

    private final Clock clock;
    private final Map<String, Callable<Optional<String>>> checks = new ConcurrentSkipListMap<>();
    private final Map<String, Supplier<Optional<String>>> notes = new ConcurrentSkipListMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private List<Finding> last = List.of();
    private Instant lastAt = Instant.MIN;
    private volatile boolean started;
    private volatile boolean draining;

    public Health(Clock clock) {
        this.clock = clock;
    }

    /**
     * What one check found.
     *
     * @param name the check
     * @param ok whether all is well
     * @param detail what is wrong, or what operators should know although all is well; else empty
     */
    public record Finding(String name, boolean ok, String detail) {}

    /**
     * Adds a check; asked at most twice a second, each time for at most two seconds.
     *
     * @param check gives what is wrong, without secrets, or empty
     */
    public void register(String name, Callable<Optional<String>> check) {
        checks.put(name, check);
    }

    /**
     * Adds something that operators should know and that does not make the host unready.
     *
     * @param note gives it, without secrets and at once, or empty
     */
    public void note(String name, Supplier<Optional<String>> note) {
        notes.put(name, note);
    }

    /** The start is over. */
    public void started() {
        started = true;
    }

    /** The host stops: a balancer should send nothing more. */
    public void draining() {
        draining = true;
    }

    public boolean hasStarted() {
        return started;
    }

    /** Every check's finding. */
    public List<Finding> findings() {
        lock.lock();
        try {
            if (Duration.between(lastAt, clock.instant()).abs().compareTo(FRESH) > 0) {
                last = ask();
                lastAt = clock.instant();
            }
        } finally {
            lock.unlock();
        }
        List<Finding> findings = new ArrayList<>(last);
        notes.forEach((name, note) ->
                note.get().ifPresent(text -> findings.add(new Finding(name, true, text))));
        if (!started) {
            findings.add(new Finding("start", false, "still starting"));
        }
        if (draining) {
            findings.add(new Finding("stop", false, "stopping"));
        }
        return findings;
    }

    private List<Finding> ask() {
        Map<String, FutureTask<Optional<String>>> asked = new TreeMap<>();
        checks.forEach((name, check) -> {
            FutureTask<Optional<String>> task = new FutureTask<>(check);
            Thread.ofVirtual().name("health-" + name).start(task);
            asked.put(name, task);
        });
        long end = System.nanoTime() + DEADLINE.toNanos();
        List<Finding> findings = new ArrayList<>();
        asked.forEach((name, task) -> findings.add(finding(name, task, end)));
        return findings;
    }

    private static Finding finding(String name, FutureTask<Optional<String>> task, long end) {
        try {
            Optional<String> wrong =
                    task.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return new Finding(name, wrong.isEmpty(), wrong.orElse(""));
        } catch (ExecutionException e) {
            log.debug("Health check {} failed", name, e.getCause());
            return new Finding(name, false, "fails");
        } catch (TimeoutException e) {
            task.cancel(true);
            return new Finding(
                    name, false, "does not answer within " + DEADLINE.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Finding(name, false, "was interrupted");
        }
    }
}
