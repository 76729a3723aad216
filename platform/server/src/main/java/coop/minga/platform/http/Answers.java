package coop.minga.platform.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Writes answers to the wire, event streams included. */
final class Answers {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration RECHECK = Duration.ofSeconds(3);

    private final HttpOptions options;
    private final Authenticator authenticator;
    private final Clock clock;
    private final OpenStreams streams = new OpenStreams();
    private final AtomicBoolean draining = new AtomicBoolean();

    Answers(HttpOptions options, Authenticator authenticator, Clock clock) {
        this.options = options;
        this.authenticator = authenticator;
        this.clock = clock;
    }

    /** Ends event streams soon, so that the server can stop. */
    void drain() {
        draining.set(true);
    }

    int send(
            ServerRequest request,
            ServerResponse response,
            Reply reply,
            String trace,
            Optional<Principal> caller) {
        response.status(Status.create(reply.status()));
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            response.header(header.getKey(), header.getValue());
        }
        response.header("X-Trace-Id", trace);
        defaultHeader(response, reply, "X-Content-Type-Options", "nosniff");
        defaultHeader(response, reply, "Referrer-Policy", "same-origin");
        defaultHeader(response, reply, "Cross-Origin-Resource-Policy", "same-origin");
        defaultHeader(
                response,
                reply,
                "Content-Security-Policy",
                "default-src 'none'; frame-ancestors 'none'");
        defaultHeader(response, reply, "Cache-Control", "no-store");
        if (options.secure()) {
            response.header("Strict-Transport-Security", "max-age=31536000");
        }
        if (reply.status() == 400 || reply.status() == 413) {
            // What is left of a refused body is never read: the connection cannot be used again.
            response.header(HeaderNames.CONNECTION, "close");
        }
        boolean head = request.prologue().method().text().equals("HEAD");
        switch (reply.content()) {
            case Reply.None none -> response.send();
            case Reply.Json json ->
                    body(
                            response,
                            "application/json",
                            Json.write(json.value()).getBytes(StandardCharsets.UTF_8),
                            head);
            case Reply.Bytes bytes -> body(response, bytes.mediaType(), bytes.bytes(), head);
            case Reply.Streamed streamed -> stream(response, streamed);
            case Reply.Events events -> events(response, events.source(), caller);
        }
        return reply.status();
    }

    private static void defaultHeader(
            ServerResponse response, Reply reply, String name, String value) {
        if (reply.headers().keySet().stream().noneMatch(name::equalsIgnoreCase)) {
            response.header(name, value);
        }
    }

    private static void body(
            ServerResponse response, String mediaType, byte[] bytes, boolean head) {
        response.header(HeaderNames.CONTENT_TYPE, mediaType);
        if (head) {
            response.header("Content-Length", Integer.toString(bytes.length));
            response.send();
        } else {
            response.send(bytes);
        }
    }

    private static void stream(ServerResponse response, Reply.Streamed streamed) {
        response.header(HeaderNames.CONTENT_TYPE, streamed.mediaType());
        try (OutputStream out = response.outputStream()) {
            streamed.writer().write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void events(ServerResponse response, EventSource source, Optional<Principal> caller) {
        if (caller.isEmpty()) {
            write(response, source, () -> false);
            return;
        }
        Principal principal = caller.get();
        try (OpenStreams.Ticket ticket = streams.enter(principal.account())) {
            write(
                    response,
                    source,
                    () -> ticket.isEvicted() || !authenticator.stillValid(principal));
        }
    }

    /**
     * @param over asked every few seconds, whether the stream has to end
     */
    private void write(ServerResponse response, EventSource source, BooleanSupplier over) {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        response.header("X-Accel-Buffering", "no");
        try (source;
                OutputStream out = response.outputStream()) {
            out.write("retry: 2000\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            Instant lastWrite = clock.instant();
            Instant lastCheck = lastWrite;
            while (!draining.get()) {
                Optional<EventSource.Message> message = source.next(Duration.ofSeconds(1));
                Instant now = clock.instant();
                if (message.isPresent()) {
                    out.write(wire(message.get()));
                    out.flush();
                    lastWrite = now;
                } else if (Duration.between(lastWrite, now).compareTo(HEARTBEAT) >= 0) {
                    out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    lastWrite = now;
                }
                if (Duration.between(lastCheck, now).compareTo(RECHECK) >= 0) {
                    lastCheck = now;
                    if (over.getAsBoolean()) {
                        return;
                    }
                }
            }
        } catch (EventSource.EndOfStream e) {
            // The end of the stream is the end of the answer.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException e) {
            // The reader left; there is nobody to tell.
        }
    }

    private static byte[] wire(EventSource.Message message) {
        StringBuilder text = new StringBuilder();
        if (!message.id().isEmpty()) {
            text.append("id: ").append(message.id()).append('\n');
        }
        text.append("event: ").append(message.event()).append('\n');
        text.append("data: ").append(message.data()).append("\n\n");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
