package coop.minga.platform.db;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.time.Duration;

/** What PostgreSQL's error codes mean to the host (PostgreSQL manual, appendix A). */
final class SqlStates {

    static final ErrorCode UNAVAILABLE =
            ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "database.unavailable");

    private SqlStates() {}

    /** Serialisation failure and deadlock: the same work may succeed at once. */
    static boolean isRetryable(Throwable failure) {
        String state = state(failure);
        return "40001".equals(state) || "40P01".equals(state);
    }

    /** Connection trouble, shutting down, too many connections, disk full, read-only standby. */
    static boolean isUnavailable(@Nullable String state) {
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("57P")
                        || state.equals("57014")
                        || state.equals("53300")
                        || state.equals("53100")
                        || state.equals("55P03")
                        || state.equals("25006"));
    }

    static RuntimeException translate(RuntimeException failure) {
        if (isRetryable(failure) || isUnavailable(state(failure)) || isPoolExhausted(failure)) {
            return unavailable(failure);
        }
        return failure;
    }

    static MingaException unavailable(Throwable cause) {
        return MingaException.of(
                        UNAVAILABLE,
                        "The database cannot be reached right now. Nothing was changed; please try"
                                + " again shortly.",
                        "La base de datos no responde en este momento. No se cambió nada; inténtalo"
                                + " de nuevo en breve.")
                .retryAfter(Duration.ofSeconds(2))
                .causedBy(cause);
    }

    private static boolean isPoolExhausted(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof java.sql.SQLTransientConnectionException
                    || t instanceof java.sql.SQLRecoverableException) {
                return true;
            }
        }
        return false;
    }

    static @Nullable String state(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return null;
    }
}
