package coop.minga.platform.payments;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.PaymentProvider;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a job does at a provider and writes down of it: it asks under a key that is in the database,
 * and writes only while its lease lasts. Thread-safe.
 */
final class Errands {

    private static final Duration WAIT = Duration.ofMinutes(1);

    private final Vendors vendors;
    private final Db db;
    private final CrashPoint crash;

    Errands(Vendors vendors, Db db, CrashPoint crash) {
        this.vendors = vendors;
        this.db = db;
        this.crash = crash;
    }

    /** How a job ends whose provider is not there now; empty when it is. */
    Optional<JobOutcome> absence(String provider) {
        return vendors.find(provider).filter(Vendors.Vendor::takesWork).isPresent()
                ? Optional.empty()
                : Optional.of(JobOutcome.waiting(vendors.absence(provider), WAIT));
    }

    /**
     * Asks a provider; the process may end right before, and between the provider's success and our
     * commit.
     *
     * @param operation for logs, guards and {@link CrashPoint}s: {@code payment.start.before-call}
     */
    <T> Outcome<T> ask(
            JobRun run,
            String provider,
            String operation,
            IdempotencyKey key,
            BiFunction<PaymentProvider, Call, T> work) {
        return ask(provider, Ask.effect(operation, key).traced(run.traceId()), work);
    }

    /** Asks for what changes nothing at the provider. */
    <T> Outcome<T> read(
            JobRun run,
            String provider,
            String operation,
            BiFunction<PaymentProvider, Call, T> work) {
        return ask(provider, Ask.reading(operation).traced(run.traceId()), work);
    }

    private <T> Outcome<T> ask(
            String provider, Ask ask, BiFunction<PaymentProvider, Call, T> work) {
        crash.at("payment." + ask.operation() + ".before-call");
        Outcome<T> outcome = vendors.call(provider, ask, work);
        crash.at("payment." + ask.operation() + ".after-call");
        return outcome;
    }

    /** Writes down what was done, if the job is still the one that may. */
    void note(JobRun run, String what, Consumer<Handle> change) {
        write(
                run,
                what,
                handle -> {
                    change.accept(handle);
                    return what;
                });
    }

    /**
     * Takes what was learnt into the books, if the job is still the one that may.
     *
     * @param what is written, for {@link CrashPoint}s: {@code payment.begin.before-commit}
     */
    <T> T write(JobRun run, String what, Function<Handle, T> change) {
        return db.inTransaction(handle -> {
            run.fence(handle);
            T changed = change.apply(handle);
            crash.at("payment." + what + ".before-commit");
            handle.afterCommit(() -> crash.at("payment." + what + ".after-commit"));
            return changed;
        });
    }
}
