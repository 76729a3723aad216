package coop.minga.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The states of instances that a stream of events tells about, with the moment they were heard. */
final class HeardStates implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Heard(String instance, String state, long at) {}

    private final InputStream stream;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    HeardStates(InputStream stream) {
        this.stream = stream;
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    long at = System.nanoTime();
                    JsonNode data = MAPPER.readTree(line.substring(5));
                    if (data.path("type").asText().equals("instance.state")) {
                        heard.add(
                                new Heard(
                                        data.path("instance_id").asText(),
                                        data.path("state").asText(),
                                        at));
                    }
                }
            }
        } catch (IOException e) {
            // Closed: whoever still waits gives up by its own time.
            heard.clear();
        }
    }

    /** When an instance was heard to be in a state, {@link System#nanoTime}; earlier news go. */
    long await(String instance, String state) {
        try {
            while (true) {
                Heard next = heard.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (next == null) {
                    throw new AssertionError(instance + " was never " + state);
                }
                if (next.instance().equals(instance) && next.state().equals(state)) {
                    return next.at();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
