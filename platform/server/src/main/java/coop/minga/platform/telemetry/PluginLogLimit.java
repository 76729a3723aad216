package coop.minga.platform.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;

import coop.minga.plugin.loader.PluginThreads;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets each plugin log so many lines and no more, whatever loggers it uses. A line is a plugin's
 * when it is written on a thread that runs the plugin's code, or that its code made.
 */
final class PluginLogLimit extends TurboFilter {

    private static final int BURST = 400;
    private static final int PER_SECOND = 40;

    private final Map<String, Allowance> allowances = new ConcurrentHashMap<>();

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        if (format == null || level.levelInt < logger.getEffectiveLevel().levelInt) {
            return FilterReply.NEUTRAL;
        }
        Optional<String> plugin = PluginThreads.owner(Thread.currentThread());
        if (plugin.isEmpty()) {
            return FilterReply.NEUTRAL;
        }
        long missed =
                allowances
                        .computeIfAbsent(plugin.get(), id -> new Allowance(BURST, PER_SECOND))
                        .take(1);
        if (missed < 0) {
            return FilterReply.DENY;
        }
        if (missed > 0) {
            logger.warn("{} lines of plugin {} were left out", missed, plugin.get());
        }
        return FilterReply.NEUTRAL;
    }
}
