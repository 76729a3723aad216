package coop.minga.platform.instances;

import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Json;
import coop.minga.platform.supply.Backends;
import coop.minga.plugin.api.compute.Logs;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A machine's log as a stream of events. The queue is short: a workload that prints faster than the
 * browser reads is held back, not held in memory.
 */
final class LogLines implements EventSource {

    private static final Logger log = LoggerFactory.getLogger(LogLines.class);

    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(256);
    private final Thread reader;
    private volatile boolean ended;
    private volatile boolean closed;

    LogLines(Backends backends, Placement placement, int tail) {
        this.reader =
                Thread.ofVirtual()
                        .name("log-follow")
                        .start(() -> {
                            try {
                                follow(backends, placement, tail);
                            } finally {
                                ended = true;
                            }
                        });
    }

    private void follow(Backends backends, Placement placement, int tail) {
        String problem =
                backends.stream(
                                placement.provider(),
                                "logs.follow",
                                (backend, call) -> {
                                    if (backend instanceof Logs logs) {
                                        logs.follow(
                                                call, placement.instanceHandle(), tail, this::take);
                                    }
                                    return true;
                                })
                        .problem();
        if (!problem.isEmpty() && !closed) {
            log.debug("The log of {} ended: {}", placement.handle(), problem);
        }
    }

    private boolean take(Logs.Line line) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("at", line.at());
        data.put("error", line.error());
        data.put("text", line.text());
        Message message = new Message("", "log", Json.write(data));
        try {
            while (!closed) {
                if (queue.offer(message, 1, TimeUnit.SECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream {
        Message message = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (message == null && ended && queue.isEmpty()) {
            throw new EndOfStream();
        }
        return Optional.ofNullable(message);
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt();
    }
}
