package coop.minga.plugins.docker;

import coop.minga.plugin.api.compute.Endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Whether a started workload takes connections. What was ready once stays so until it restarts. */
final class Readiness {
    private static final int CONNECT_MILLIS = 500;
    private static final int ANSWER_MILLIS = 2_000;

    /**
     * The engine's own proxy accepts connections for a port nobody listens on and closes them at
     * once: a connection that stays open this long is real.
     */
    private static final int PROXY_MILLIS = 60;

    private final Map<String, Instant> readySince = new ConcurrentHashMap<>();

    /**
     * The health check kept in a label.
     *
     * @param port a port's name
     * @param seconds how long it may take
     * @param path begins with a slash
     */
    record Health(String port, long seconds, String path) {
        static Optional<Health> parse(String label) {
            String[] parts = label.split(":", 3);
            if (parts.length != 3 || !parts[1].matches("[0-9]{1,9}")) {
                return Optional.empty();
            }
            return Optional.of(new Health(parts[0], Long.parseLong(parts[1]), parts[2]));
        }
    }

    boolean isReady(
            String name, Instant startedAt, List<Endpoint> endpoints, Optional<Health> health) {
        if (startedAt.equals(readySince.get(name))) {
            return true;
        }
        boolean ready =
                health.isPresent()
                        ? endpoints.stream()
                                .filter(endpoint -> endpoint.port().equals(health.get().port()))
                                .anyMatch(endpoint -> answers(endpoint, health.get().path()))
                        : endpoints.stream().allMatch(Readiness::listens);
        if (ready) {
            readySince.put(name, startedAt);
        }
        return ready;
    }

    void forget(String name) {
        readySince.remove(name);
    }

    private static boolean listens(Endpoint endpoint) {
        try (Socket socket = connected(endpoint)) {
            socket.setSoTimeout(PROXY_MILLIS);
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answers(Endpoint endpoint, String path) {
        try (Socket socket = connected(endpoint)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            return status.matches("HTTP/1\\.[01] [23][0-9]{2}");
        } catch (IOException e) {
            return false;
        }
    }

    private static Socket connected(Endpoint endpoint) throws IOException {
        if (!(endpoint.address() instanceof Endpoint.Tcp tcp)) {
            throw new IOException("Not a TCP address");
        }
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
