package coop.minga.platform.providers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * A plugin's logger: at most so many lines, so that one that floods drowns nobody. Exceptions are
 * written as text, because a log queue must not hold a plugin's classes.
 */
final class QuietLogger extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;
    private static final int BURST = 200;
    private static final int PER_SECOND = 20;
    private static final int MAX_LENGTH = 4000;

    private final transient Logger target;
    private double tokens = BURST;
    private long last = System.nanoTime();
    private long dropped;

    QuietLogger(String name) {
        this.name = name;
        this.target = LoggerFactory.getLogger(name);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        long missed = take();
        if (missed < 0) {
            return;
        }
        if (missed > 0) {
            target.warn("{} lines were left out", missed);
        }
        StringBuilder line = new StringBuilder();
        line.append(MessageFormatter.basicArrayFormat(message, arguments));
        for (Throwable t = thrown; t != null && line.length() < MAX_LENGTH; t = t.getCause()) {
            line.append(" | ").append(t);
            StackTraceElement[] stack = t.getStackTrace();
            for (int i = 0; i < Math.min(3, stack.length); i++) {
                line.append(" at ").append(stack[i]);
            }
        }
        line.setLength(Math.min(line.length(), MAX_LENGTH));
        target.atLevel(level).log(line.toString());
    }

    /** Lines left out since the last one written, or -1 when this one is left out too. */
    private synchronized long take() {
        long now = System.nanoTime();
        tokens = Math.min(BURST, tokens + (now - last) / 1e9 * PER_SECOND);
        last = now;
        if (tokens < 1) {
            dropped++;
            return -1;
        }
        tokens--;
        long missed = dropped;
        dropped = 0;
        return missed;
    }

    @Override
    public boolean isTraceEnabled() {
        return target.isTraceEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return target.isDebugEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return target.isInfoEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
        return target.isWarnEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
        return target.isErrorEnabled();
    }
}
