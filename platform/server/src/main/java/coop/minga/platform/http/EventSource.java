package coop.minga.platform.http;

import java.time.Duration;
import java.util.Optional;

/** Where server-sent events come from. Read by one thread; closed when the stream ends. */
public interface EventSource extends AutoCloseable {

    /**
     * One event on the wire.
     *
     * @param id for {@code Last-Event-ID}; empty for none
     * @param event its name
     * @param data one JSON value without line breaks
     */
    record Message(String id, String event, String data) {}

    /**
     * Waits for the next event.
     *
     * @return the event; empty when none came in time
     * @throws EndOfStream when there will be no more
     */
    Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream;

    @Override
    void close();

    /** The source is exhausted. */
    final class EndOfStream extends Exception {
        private static final long serialVersionUID = 1L;

        public EndOfStream() {
            super(null, null, false, false);
        }
    }
}
