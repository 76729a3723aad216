package coop.minga.platform.db;

import coop.minga.platform.MingaException;

import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.postgres.PostgresPlugin;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

/**
 * Transactions. Thread-safe.
 *
 * <p>A transaction opened inside another one on the same thread joins it, so a use case may call
 * another feature's use case and both commit or neither. Deadlocks and serialisation failures are
 * retried from the outermost transaction: nothing inside may have effects outside the database
 * except through {@link Handle#afterCommit}.
 */
public final class Db {

    private static final ScopedValue<Open> CURRENT = ScopedValue.newInstance();
    private static final int TRIES = 8;

    /**
     * How long a wave of requests may wait for each other. Longer than the pool waits: it cannot
     * tell waiting in line from a server that is gone, and for that one 20 seconds are too many.
     */
    private static final Duration IN_LINE = Duration.ofSeconds(20);

    private final Jdbi jdbi;
    private final Semaphore line;

    /** A transaction, and what is written right before its commit. */
    private record Open(Handle handle, Map<BiConsumer<Handle, ?>, List<Object>> gathered) {}

    public Db(DataSource source) {
        this(source, Integer.MAX_VALUE);
    }

    /**
     * @param connections of the source that may be used at once; whoever comes later waits in line
     */
    Db(DataSource source, int connections) {
        this.line = new Semaphore(connections, true);
        this.jdbi = Jdbi.create(source);
        jdbi.installPlugin(new PostgresPlugin());
        jdbi.registerRowMapper(new RecordMappers.Rows());
        jdbi.registerColumnMapper(new RecordMappers.IdColumns());
        jdbi.registerArgument(new RecordMappers.IdArguments());
        Remembered.in(jdbi);
    }

    /** Runs in a transaction (READ COMMITTED) and gives its result after the commit. */
    public <T> T inTransaction(Function<Handle, T> work) {
        if (CURRENT.isBound()) {
            return work.apply(CURRENT.get().handle());
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return inLine(() -> jdbi.inTransaction(handle -> whole(handle, work)));
            } catch (JdbiException e) {
                if (attempt == TRIES || !SqlStates.isRetryable(e)) {
                    throw SqlStates.translate(e);
                }
                pause(attempt);
            }
        }
    }

    private <T> T whole(Handle handle, Function<Handle, T> work) {
        Open open = new Open(handle, new LinkedHashMap<>());
        return ScopedValue.where(CURRENT, open)
                .call(() -> {
                    T result = work.apply(handle);
                    open.gathered().forEach((writer, items) -> write(handle, writer, items));
                    return result;
                });
    }

    /** Only {@link #gather} fills the lists, each with what its writer takes. */
    @SuppressWarnings("unchecked")
    private static <T> void write(Handle handle, BiConsumer<Handle, T> writer, List<Object> items) {
        writer.accept(handle, (T) List.copyOf(items));
    }

    /**
     * Has something written right before the commit, together with everything else that the same
     * transaction hands to the same writer: one statement instead of many.
     *
     * @param writer always the same object for the same kind of thing; may not gather itself
     */
    public <T> void gather(Handle handle, BiConsumer<Handle, List<T>> writer, T item) {
        if (CURRENT.isBound() && CURRENT.get().handle() == handle) {
            CURRENT.get().gathered().computeIfAbsent(writer, w -> new ArrayList<>()).add(item);
        } else {
            writer.accept(handle, List.of(item));
        }
    }

    /** Does something and takes it all back, also what it gathered; gives what came of it. */
    public <T> T rehearse(Handle handle, Supplier<T> work) {
        handle.savepoint("rehearsal");
        try {
            return ScopedValue.where(CURRENT, new Open(handle, new LinkedHashMap<>()))
                    .call(work::get);
        } finally {
            handle.rollbackToSavepoint("rehearsal");
        }
    }

    public void useTransaction(Consumer<Handle> work) {
        inTransaction(handle -> {
            work.accept(handle);
            return Boolean.TRUE;
        });
    }

    /**
     * Reads without a transaction of its own: single statements, or several that need no common
     * snapshot.
     */
    public <T> T read(Function<Handle, T> work) {
        if (CURRENT.isBound()) {
            return work.apply(CURRENT.get().handle());
        }
        try {
            return inLine(() -> jdbi.withHandle(work::apply));
        } catch (JdbiException e) {
            throw SqlStates.translate(e);
        }
    }

    /** Reads many statements against one snapshot; whoever writes in it fails. */
    public <T> T inSnapshot(Function<Handle, T> work) {
        try {
            return inLine(() ->
                    jdbi.inTransaction(
                            TransactionIsolationLevel.REPEATABLE_READ,
                            handle -> {
                                handle.execute("SET TRANSACTION READ ONLY");
                                return work.apply(handle);
                            }));
        } catch (JdbiException e) {
            throw SqlStates.translate(e);
        }
    }

    private <T> T inLine(Supplier<T> work) {
        try {
            if (!line.tryAcquire(IN_LINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw SqlStates.unavailable(
                        new SQLTransientConnectionException("Every connection is in use"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SqlStates.unavailable(e);
        }
        try {
            return work.get();
        } finally {
            line.release();
        }
    }

    /** For the few that need connections of their own: listeners, the scheduler, backups. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** Whether the failure means that the database cannot be reached or refuses work for now. */
    public static boolean isUnavailable(Throwable failure) {
        return failure instanceof MingaException minga && minga.code().equals(SqlStates.UNAVAILABLE)
                || failure instanceof ConnectionException
                || failure instanceof SQLException sql
                        && SqlStates.isUnavailable(sql.getSQLState());
    }

    private static void pause(int attempt) {
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(1, 4L << attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SqlStates.unavailable(e);
        }
    }
}
