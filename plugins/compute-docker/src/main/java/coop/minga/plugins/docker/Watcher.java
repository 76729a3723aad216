package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Listens to the engine's events about our containers and tells the host where to look. */
final class Watcher implements AutoCloseable {
    private static final Set<String> TELLING =
            Set.of("start", "die", "oom", "stop", "kill", "pause", "unpause", "destroy", "restart");

    private final Engine engine;
    private final Tag tag;
    private final ProviderContext context;
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean closed;
    private volatile String since = "";

    Watcher(Engine engine, Tag tag, ProviderContext context) {
        this.engine = engine;
        this.tag = tag;
        this.context = context;
    }

    /** Starts to listen, once; nothing is connected before the first call needs the engine. */
    void begin() {
        if (thread.get() != null || closed) {
            return;
        }
        Thread listener = Thread.ofVirtual().name("docker-events").unstarted(this::listen);
        if (thread.compareAndSet(null, listener)) {
            listener.start();
        }
    }

    private void listen() {
        long pause = 250;
        while (!closed) {
            try {
                engine.streaming(this::readOnce);
                pause = 250;
            } catch (ProviderException e) {
                // The calls that need the engine report why it cannot be reached.
                context.logger().debug("Docker events interrupted: {}", e.getMessage());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            pause = Math.min(10_000, pause * 2);
        }
    }

    private boolean readOnce() throws IOException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put(
                "filters",
                "{\"type\":[\"container\"],\"label\":["
                        + Json.MAPPER.valueToTree(Tag.HOST + "=" + tag.hostId())
                        + "]}");
        if (!since.isEmpty()) {
            query.put("since", since);
        }
        try (Response response = engine.open("GET", "/events", query, null, null);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        response.getBody(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                take(line);
            }
        }
        return true;
    }

    private void take(String line) {
        JsonNode event;
        try {
            event = Json.MAPPER.readTree(line);
        } catch (JacksonException e) {
            return;
        }
        long nanos = event.path("timeNano").asLong();
        if (nanos > 0) {
            // One nanosecond on, or the last event would come again.
            since =
                    (nanos + 1) / 1_000_000_000
                            + "."
                            + String.format("%09d", (nanos + 1) % 1_000_000_000);
        }
        String action = event.path("Action").asText();
        String key = event.path("Actor").path("Attributes").path(Tag.KEY).asText("");
        if (key.matches("[A-Za-z0-9_-]{1,64}")
                && (TELLING.contains(action) || action.startsWith("health_status"))) {
            if (action.equals("oom")) {
                context.metrics().count("docker_out_of_memory", 1);
            }
            context.changed(new IdempotencyKey(key));
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread listener = thread.get();
        if (listener != null) {
            listener.interrupt();
        }
    }
}
