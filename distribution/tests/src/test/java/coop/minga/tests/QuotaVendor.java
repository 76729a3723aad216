package coop.minga.tests;

import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** As much of the archetype's vendor as a backend needs to be ready. */
final class QuotaVendor implements AutoCloseable {

    private static final byte[] QUOTA =
            "{\"cpu_millis\":8000,\"memory_mb\":16000,\"disk_mb\":100000,\"machines\":[]}"
                    .getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final String token;

    QuotaVendor(String token) throws IOException {
        this.token = token;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext(
                "/",
                exchange -> {
                    boolean known =
                            ("Bearer " + token)
                                    .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                    exchange.sendResponseHeaders(known ? 200 : 401, QUOTA.length);
                    exchange.getResponseBody().write(QUOTA);
                    exchange.close();
                });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String token() {
        return token;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
