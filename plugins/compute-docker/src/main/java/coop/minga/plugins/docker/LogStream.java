package coop.minga.plugins.docker;

import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs.Line;
import coop.minga.plugin.api.compute.Logs.Sink;

import org.slf4j.Logger;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Reads what a workload printed, and what it prints from now on. */
final class LogStream {
    private final Engine engine;
    private final Creations creations;
    private final Logger logger;

    LogStream(Engine engine, Creations creations, Logger logger) {
        this.engine = engine;
        this.creations = creations;
        this.logger = logger;
    }

    /** The newest lines, oldest first. */
    List<Line> tail(Duration limit, InstanceHandle handle, int lines) {
        return engine.streaming(
                limit,
                () -> {
                    List<Line> newest = new ArrayList<>();
                    try (Response response =
                            engine.open("GET", logs(handle), tailed(lines), null, null)) {
                        Frames.read(response.getBody(), newest::add);
                    }
                    return List.copyOf(newest);
                });
    }

    /**
     * Passes lines on until the instance is gone, the sink has enough or the thread is interrupted.
     */
    void follow(InstanceHandle handle, IdempotencyKey key, int tail, Sink sink) {
        engine.streaming(() -> {
            followed(handle, key, tail, sink);
            return true;
        });
    }

    /** The engine's stream ends when the container stops; ours ends when it is gone. */
    private void followed(InstanceHandle handle, IdempotencyKey key, int tail, Sink sink)
            throws InterruptedException {
        AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);
        Map<String, String> query = tailed(tail);
        boolean first = true;
        while (true) {
            Map<String, String> asked = new LinkedHashMap<>(query);
            asked.put("follow", "1");
            if (!first) {
                Instant since = last.get();
                asked.put("tail", "all");
                asked.put(
                        "since",
                        since.getEpochSecond() + "." + String.format("%09d", since.getNano()));
            }
            Instant seen = last.get();
            try (Response response = engine.open("GET", logs(handle), asked, null, null)) {
                first = false;
                boolean wanted =
                        Frames.read(
                                response.getBody(),
                                line -> {
                                    if (!line.at().isAfter(seen) && !seen.equals(Instant.EPOCH)) {
                                        return true;
                                    }
                                    last.set(line.at());
                                    return sink.accept(line);
                                });
                if (!wanted) {
                    return;
                }
            } catch (ProviderException e) {
                if (e.code() != Code.NOT_FOUND || creations.observe(key).isEmpty()) {
                    if (e.code() == Code.NOT_FOUND) {
                        return;
                    }
                    throw e;
                }
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                logger.debug("Log stream of {} interrupted", handle.value());
            }
            Thread.sleep(first ? 200 : 500);
        }
    }

    private static String logs(InstanceHandle handle) {
        return "/containers/" + handle.value() + "/logs";
    }

    private static Map<String, String> tailed(int lines) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("stdout", "1");
        query.put("stderr", "1");
        query.put("timestamps", "1");
        query.put("tail", Integer.toString(Math.clamp(lines, 0, 1000)));
        return query;
    }
}
