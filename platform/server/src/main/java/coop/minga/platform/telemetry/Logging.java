package coop.minga.platform.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;

import coop.minga.platform.config.MingaConfig;

import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sends everything that is logged, also through {@code java.util.logging}, to standard error: as
 * text for people or as one JSON object per line, each with the trace id of the request or job.
 */
public final class Logging {

    private static final String TEXT =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %-32.32logger{31} [%.24thread]"
                    + " %replace(%X{trace_id} ){'^ $',''}%msg%n";

    private Logging() {}

    /** Sets up the process; called once, before anything else that logs much. */
    public static void start(MingaConfig.Log config) {
        PluginOutput.limit();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.addTurboFilter(new PluginLogLimit());
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder(config, context));
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(config.level(), Level.INFO));
        root.addAppender(console);
        // These say at length what one line of ours says.
        for (String chatty :
                new String[] {
                    "org.flywaydb",
                    "com.zaxxer.hikari",
                    "com.github.kagkarlsson",
                    "io.helidon",
                    "org.pf4j"
                }) {
            context.getLogger(chatty)
                    .setLevel(
                            root.getLevel().isGreaterOrEqual(Level.INFO) ? Level.WARN : Level.INFO);
        }
        // Each lost connection makes the pool print a stack; the statement that failed tells more.
        context.getLogger("com.zaxxer.hikari.pool.ProxyConnection").setLevel(Level.ERROR);
        // Helidon warns of every caller who leaves in the middle of a request.
        context.getLogger("io.helidon.webserver.http1").setLevel(Level.ERROR);
        // Whoever asks for more would find customers' secrets in the log: this one prints bodies.
        context.getLogger("com.github.dockerjava.zerodep.shaded").setLevel(Level.WARN);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static Encoder<ILoggingEvent> encoder(MingaConfig.Log config, LoggerContext context) {
        if (config.format().equals("json")) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.setWithFormattedMessage(true);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithContext(false);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(TEXT);
        text.start();
        return text;
    }
}
