package coop.minga.platform.jobs;

import coop.minga.platform.http.Json;

import org.slf4j.MDC;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * What the database keeps of a job's payload.
 *
 * @param traceId 32 hex digits, those of whoever enqueued it
 * @param json the payload itself
 */
record Payload(String traceId, String json) {

    /** Where the log keeps the trace id of what a thread does. */
    static final String TRACE = "trace_id";

    private static final int TRACE_LENGTH = 32;

    /** Under the trace id of the thread that enqueues, or a new one where it has none. */
    static Payload of(Object payload, RandomGenerator random) {
        String current = MDC.get(TRACE);
        return new Payload(
                current != null
                        ? current
                        : String.format("%016x%016x", random.nextLong(), random.nextLong()),
                Json.write(payload));
    }

    static Payload read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new Payload(text.substring(0, TRACE_LENGTH), text.substring(TRACE_LENGTH));
    }

    /** The trace id, then JSON. */
    byte[] bytes() {
        return (traceId + json).getBytes(StandardCharsets.UTF_8);
    }
}
