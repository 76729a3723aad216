package coop.minga.platform.instances;

import coop.minga.platform.http.EventSource;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Facts about an instance with its log lines in between, while it has a log. The facts lead: the
 * stream ends with them, and only they carry ids.
 */
final class MergedSource implements EventSource {

    private static final Duration SHORT = Duration.ofMillis(150);
    private static final Duration NONE = Duration.ZERO;

    private final EventSource facts;
    private final Supplier<Optional<EventSource>> openLog;
    private @Nullable EventSource log;
    private int idle;

    /**
     * @param openLog opens the log, or is empty while there is none
     */
    MergedSource(EventSource facts, Supplier<Optional<EventSource>> openLog) {
        this.facts = facts;
        this.openLog = openLog;
        this.log = openLog.get().orElse(null);
    }

    @Override
    public Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream {
        Optional<Message> fact = facts.next(NONE);
        if (fact.isPresent()) {
            return fact;
        }
        EventSource lines = log;
        if (lines != null) {
            try {
                Optional<Message> line = lines.next(NONE);
                if (line.isPresent()) {
                    return line;
                }
            } catch (EndOfStream e) {
                lines.close();
                log = null;
            }
        } else if (++idle % 10 == 0) {
            log = openLog.get().orElse(null);
        }
        return facts.next(patience.compareTo(SHORT) < 0 ? patience : SHORT);
    }

    @Override
    public void close() {
        facts.close();
        if (log != null) {
            log.close();
        }
    }
}
