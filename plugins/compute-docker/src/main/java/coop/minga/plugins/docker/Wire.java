package coop.minga.plugins.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLException;

/**
 * The connections to one engine, made when first needed. What fails on a connection that the engine
 * dropped meanwhile is sent once more.
 */
final class Wire implements AutoCloseable {
    /** Where the transport writes every byte it sends, when asked to. */
    static final String LOGGER =
            "com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.wire";

    private final DockerConfig config;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable DockerHttpClient http;
    private volatile boolean closed;

    Wire(DockerConfig config) {
        this.config = config;
    }

    /** Whether the host's log levels would put request bodies, and so secrets, into the log. */
    static boolean showsBodies() {
        return LoggerFactory.getLogger(LOGGER).isDebugEnabled();
    }

    /** Made on first use: most of the time it takes is loading classes. */
    private DockerHttpClient http() {
        DockerHttpClient open = http;
        if (open != null) {
            return open;
        }
        opening.lock();
        try {
            open = http;
            if (open == null) {
                open =
                        new ZerodepDockerHttpClient.Builder()
                                .dockerHost(config.endpoint())
                                .sslConfig(config.tls().isPresent() ? config.tls()::get : null)
                                .maxConnections(512)
                                .connectionTimeout(Duration.ofSeconds(10))
                                .build();
                http = open;
            }
            return open;
        } finally {
            opening.unlock();
        }
    }

    /**
     * Sends a request on the calling thread; the caller closes the answer.
     *
     * @param target path and query
     * @param type of the body, empty for none
     * @param hijacked what to send once the engine has handed the connection over
     */
    Response send(
            String method,
            String target,
            byte @Nullable [] body,
            String type,
            @Nullable InputStream hijacked)
            throws IOException {
        try {
            return attempt(method, target, body, type, hijacked);
        } catch (IOException e) {
            // A pooled connection to an engine that restarted meanwhile fails once. Everything sent
            // here may be sent twice: names make creation unique, the rest sets a state.
            if (Thread.currentThread().isInterrupted() || closed || isUnreachable(e)) {
                throw e;
            }
            return attempt(method, target, body, type, hijacked);
        }
    }

    private Response attempt(
            String method,
            String target,
            byte @Nullable [] body,
            String type,
            @Nullable InputStream hijacked)
            throws IOException {
        Request.Builder request =
                Request.builder().method(Request.Method.valueOf(method)).path(target);
        if (body != null) {
            request.bodyBytes(body);
        }
        if (!type.isEmpty()) {
            request.putHeader("Content-Type", type);
        }
        if (hijacked != null) {
            request.hijackedInput(hijacked);
        }
        try {
            return http().execute(request.build());
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }

    private static boolean isUnreachable(IOException e) {
        return e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof FileNotFoundException
                || e instanceof SSLException
                || (e instanceof SocketException
                        && String.valueOf(e.getMessage()).contains("No such"));
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        DockerHttpClient open = http;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            // Nothing is left to be done with a connection that does not even close.
            http = null;
        }
    }
}
