package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A shell in a container on a pseudo-terminal. */
final class Terminal implements Console.Session {
    private static final Duration STEP = Duration.ofSeconds(10);

    /**
     * Marks the shell and what it starts. The engine leaves a shell running when its terminal goes
     * away, so it has to be found again to be ended.
     */
    private static final String MARK = "MINGA_CONSOLE";

    private final Engine engine;
    private final String container;
    private final String exec;
    private final String mark;
    private final Typed typed;
    private final Response response;
    private final InputStream output;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Terminal(
            Engine engine,
            String container,
            String exec,
            String mark,
            Typed typed,
            Response response) {
        this.engine = engine;
        this.container = container;
        this.exec = exec;
        this.mark = mark;
        this.typed = typed;
        this.response = response;
        this.output = response.getBody();
    }

    static Terminal open(Engine engine, Duration limit, String container, int columns, int rows) {
        String mark = UUID.randomUUID().toString();
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("AttachStdin", true).put("AttachStdout", true).put("AttachStderr", true);
        body.put("Tty", true);
        body.putArray("Env").add("TERM=xterm-256color").add(MARK + "=" + mark);
        body.putArray("Cmd")
                .add("/bin/sh")
                .add("-c")
                .add(
                        "stty cols "
                                + columns
                                + " rows "
                                + rows
                                + " 2>/dev/null; [ -x /bin/bash ] && exec /bin/bash; exec /bin/sh");
        Answer made = engine.post(limit, "/containers/" + container + "/exec", Map.of(), body);
        if (made.status() == 409) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of("The instance does not run", "La instancia no está en marcha"));
        }
        String exec = made.expect(201).body().path("Id").asText();
        Typed typed = new Typed();
        ObjectNode start = Json.MAPPER.createObjectNode().put("Detach", false).put("Tty", true);
        Response response =
                engine.streaming(
                        limit,
                        () ->
                                engine.open(
                                        "POST",
                                        "/exec/" + exec + "/start",
                                        Map.of(),
                                        start,
                                        typed));
        Terminal terminal = new Terminal(engine, container, exec, mark, typed, response);
        terminal.resize(columns, rows);
        return terminal;
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public OutputStream input() {
        return typed.end;
    }

    @Override
    public void resize(int columns, int rows) {
        if (closed.get()) {
            return;
        }
        try {
            // A shell that has just ended has no size any more: nothing to tell anybody.
            engine.post(
                    STEP,
                    "/exec/" + exec + "/resize",
                    Map.of("w", Integer.toString(columns), "h", Integer.toString(rows)));
        } catch (ProviderException e) {
            if (e.code() != Code.UNAVAILABLE) {
                throw e;
            }
        }
    }

    @Override
    public OptionalInt exitStatus() {
        try {
            JsonNode status =
                    engine.get(STEP, "/exec/" + exec + "/json").expect(200).body().path("ExitCode");
            return status.isInt() ? OptionalInt.of(status.asInt()) : OptionalInt.empty();
        } catch (ProviderException e) {
            // The engine has forgotten the shell already.
            return OptionalInt.empty();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        typed.finish();
        response.close();
        try {
            hangUp();
        } catch (ProviderException e) {
            // The engine or the container is gone, and the shell with it.
            closed.set(true);
        }
    }

    private void hangUp() {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("AttachStdin", false).put("AttachStdout", false).put("AttachStderr", false);
        body.putArray("Cmd")
                .add("/bin/sh")
                .add("-c")
                .add(
                        "for p in /proc/[0-9]*; do case \"$(cat $p/environ 2>/dev/null | tr '\\0'"
                                + " ' ')\" in *"
                                + MARK
                                + "="
                                + mark
                                + "*) kill -HUP ${p#/proc/} 2>/dev/null;; esac; done");
        Answer made = engine.post(STEP, "/containers/" + container + "/exec", Map.of(), body);
        if (made.status() == 201) {
            engine.post(
                    STEP,
                    "/exec/" + made.body().path("Id").asText() + "/start",
                    Map.of(),
                    Json.MAPPER.createObjectNode().put("Detach", true).put("Tty", false));
        }
    }

    /**
     * What is typed on one thread and sent on another. A {@link java.io.PipedInputStream} would end
     * with the first thread that wrote to it.
     */
    private static final class Typed extends InputStream {
        private static final byte[] END = new byte[0];

        private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>(1024);
        private final OutputStream end = new End();
        private byte[] current = new byte[0];
        private int position;
        private volatile boolean finished;

        void finish() {
            finished = true;
            chunks.clear();
            chunks.add(END);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                while (position == current.length) {
                    if (finished && chunks.isEmpty()) {
                        return -1;
                    }
                    byte[] next = chunks.poll(1, TimeUnit.SECONDS);
                    if (next != null) {
                        if (next.length == 0) {
                            return -1;
                        }
                        current = next;
                        position = 0;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return -1;
            }
            int count = Math.min(length, current.length - position);
            System.arraycopy(current, position, buffer, offset, count);
            position += count;
            return count;
        }

        private final class End extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (finished) {
                    throw new IOException("The terminal is closed");
                }
                if (length == 0) {
                    return;
                }
                byte[] chunk = new byte[length];
                System.arraycopy(bytes, offset, chunk, 0, length);
                try {
                    if (!chunks.offer(chunk, 10, TimeUnit.SECONDS)) {
                        throw new IOException("The terminal takes no more input");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("Interrupted while typing");
                }
            }
        }
    }
}
