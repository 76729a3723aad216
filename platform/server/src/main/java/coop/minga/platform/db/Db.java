package coop.minga.platform.db;

import coop.minga.platform.MingaException;

import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.postgres.PostgresPlugin;

import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

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

    private static final ScopedValue<Handle> CURRENT = ScopedValue.newInstance();
    private static final int TRIES = 8;

    private final Jdbi jdbi;

    public Db(DataSource source) {
        this.jdbi = Jdbi.create(source);
        jdbi.installPlugin(new PostgresPlugin());
        jdbi.registerRowMapper(new RecordMappers.Rows());
        jdbi.registerColumnMapper(new RecordMappers.IdColumns());
        jdbi.registerArgument(new RecordMappers.IdArguments());
    }

    /** Runs in a transaction (READ COMMITTED) and gives its result after the commit. */
    public <T> T inTransaction(Function<Handle, T> work) {
        if (CURRENT.isBound()) {
            return work.apply(CURRENT.get());
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbi.inTransaction(handle ->
                        ScopedValue.where(CURRENT, handle).call(() -> work.apply(handle)));
            } catch (JdbiException e) {
                if (attempt == TRIES || !SqlStates.isRetryable(e)) {
                    throw SqlStates.translate(e);
                }
                pause(attempt);
            }
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
            return work.apply(CURRENT.get());
        }
        try {
            return jdbi.withHandle(work::apply);
        } catch (JdbiException e) {
            throw SqlStates.translate(e);
        }
    }

    /** Reads many statements against one snapshot; whoever writes in it fails. */
    public <T> T inSnapshot(Function<Handle, T> work) {
        try {
            return jdbi.inTransaction(
                    TransactionIsolationLevel.REPEATABLE_READ,
                    handle -> {
                        handle.execute("SET TRANSACTION READ ONLY");
                        return work.apply(handle);
                    });
        } catch (JdbiException e) {
            throw SqlStates.translate(e);
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
