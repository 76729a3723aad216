package coop.minga.platform.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened, the last one first, whatever fails on the way. */
final class Closers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Closers.class);

    private record Closer(String name, AutoCloseable what) {}

    private final Deque<Closer> closers = new ArrayDeque<>();

    /** Adds something to close before all that was added earlier, and gives it back. */
    <T extends AutoCloseable> T add(String name, T what) {
        closers.push(new Closer(name, what));
        return what;
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            Closer closer = closers.pop();
            try {
                closer.what().close();
            } catch (Exception e) {
                LOG.warn("Closing {} failed", closer.name(), e);
            }
        }
    }
}
