package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.RecordingContext;
import coop.minga.plugin.testkit.Wait;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A backend on a directory, and what tests do with it all the time. */
final class Rig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final RecordingContext context;
    final SandboxBackend backend;
    final Path data;

    Rig(Path data) {
        this(data, Map.of());
    }

    Rig(Path data, Map<String, Object> config) {
        this.data = data;
        this.context = RecordingContext.in(data);
        this.backend = new SandboxBackend(context, settings(config), Machine.here());
    }

    static SandboxSettings settings(Map<String, Object> config) {
        return switch (ConfigReader.readFile(SandboxSettings.SCHEMA, config)) {
            case Reading.Valid valid -> SandboxSettings.of(valid.config());
            case Reading.Invalid invalid -> throw new AssertionError(invalid.summary("en"));
        };
    }

    InstanceHandle create(CreateInstance request) {
        return create(Calls.key(), request);
    }

    InstanceHandle create(IdempotencyKey key, CreateInstance request) {
        return switch (backend.create(Calls.with(key), request)) {
            case CreateResult.Accepted accepted -> accepted.handle();
            case CreateResult.NoCapacity no -> throw new AssertionError(no.reason());
            case CreateResult.Rejected no -> throw new AssertionError(no.reason());
        };
    }

    Observation observe(InstanceHandle handle) {
        return backend.observe(Calls.fresh(), handle);
    }

    Observation reach(InstanceHandle handle, Observation.State wanted) {
        return Wait.forValue(
                wanted + " of " + handle.value(),
                PATIENCE,
                () -> {
                    Observation now = observe(handle);
                    if (now.state() == Observation.State.FAILED
                            && wanted != Observation.State.FAILED) {
                        throw new AssertionError("It failed: " + now);
                    }
                    return now.state() == wanted ? Optional.of(now) : Optional.empty();
                });
    }

    Path running(InstanceHandle handle) {
        return socket(reach(handle, Observation.State.RUNNING));
    }

    static Path socket(Observation running) {
        return switch (running.endpoints().getFirst().address()) {
            case Endpoint.UnixSocket unix -> unix.path();
            case Endpoint.Tcp tcp -> throw new AssertionError("Not a socket: " + tcp);
        };
    }

    Path instance(InstanceHandle handle) {
        return data.resolve("i").resolve(handle.value());
    }

    /** What a shell inside says; standard error included. */
    String inside(InstanceHandle handle, String script) {
        try {
            return http(running(handle), "/run", script.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** Posts and gives back the body of the answer. */
    static String http(Path socket, String path, byte[] body) throws IOException {
        try (SocketChannel channel = connect(socket)) {
            send(
                    channel,
                    ("POST "
                                    + path
                                    + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                    + body.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    send(channel, body);
                                } catch (IOException e) {
                                    // The reader sees what became of it.
                                }
                            });
            String answer = new String(readAll(channel), StandardCharsets.UTF_8);
            writer.join();
            int end = answer.indexOf("\r\n\r\n");
            if (end < 0) {
                throw new IOException("No answer: '" + answer + "'");
            }
            return answer.substring(end + 4);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    static void send(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65536);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }

    /** Destroys all that is left, then closes. */
    @Override
    public void close() {
        for (Observation left : backend.list(Calls.fresh(), Page.Token.FIRST).items()) {
            backend.destroy(Calls.fresh(), left.handle());
        }
        backend.close();
    }
}
