package coop.minga.plugins.offering.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The planned files, run by the machine's own perl. */
class SandboxServerTest {

    private static final String TOKEN = "abcDEF0123456789abcDEF0123456789";

    @TempDir Path home;
    private Process server;
    private int port;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        DeploymentSpec spec = plan("Mi <casa> {{MESSAGE}}", "es");
        for (Workload.File file : spec.workload().files()) {
            Path path =
                    file.path().startsWith("/home/tenant/")
                            ? home.resolve(file.path().substring("/home/tenant/".length()))
                            : home.resolve("server.pl");
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.content());
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder("perl", home.resolve("server.pl").toString());
        builder.environment().putAll(spec.environment());
        builder.environment()
                .putAll(
                        Map.of(
                                "HOME",
                                home.toString(),
                                "MINGA_TOKEN",
                                TOKEN,
                                "PORT",
                                Integer.toString(port)));
        server =
                builder.redirectErrorStream(true)
                        .redirectOutput(home.resolve("log").toFile())
                        .start();
        Wait.until(
                "the server answers",
                Duration.ofSeconds(20),
                () -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    @AfterEach
    void stop() {
        server.destroyForcibly();
    }

    private static DeploymentSpec plan(String title, String language) {
        return new SandboxBlueprint()
                .plan(
                        ProviderConfig.empty(),
                        new ProviderConfig(Map.of("title", title, "color", "violet")),
                        new DeploymentFacts("casa-1", new Size(500, 256, 512), language));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(
                request.timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static String basic(String token) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(("me:" + token).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes as they are and reads until the other side is done. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void pageSpeaksTheCustomersLanguageAndEscapesTheirWords() throws Exception {
        HttpResponse<String> page = send(to("/"));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body())
                .contains("<html lang=\"es\">")
                .contains("casa-1")
                .contains("Mi &lt;casa&gt; &#123;&#123;MESSAGE}}")
                .contains("en línea")
                .doesNotContain("{{");
        assertThat(plan("x", "en").workload().files().get(1).content()).contains("Up for");
        assertThat(plan("x", "fr").workload().files().get(1).content()).contains("Up for");
    }

    @Test
    void healthAndStatusShowItLives() throws Exception {
        assertThat(send(to("/health")).body()).isEqualTo("ok\n");
        String status = send(to("/status")).body();
        assertThat(status).contains("\"name\":\"casa-1\"").contains("\"uptime_seconds\":");
    }

    @Test
    void privateNeedsTheToken() throws Exception {
        assertThat(send(to("/private")).statusCode()).isEqualTo(401);
        assertThat(send(to("/private").header("Authorization", basic("wrong"))).statusCode())
                .isEqualTo(401);
        assertThat(
                        send(to("/private").header("Authorization", "Bearer " + TOKEN + "x"))
                                .statusCode())
                .isEqualTo(401);
        assertThat(send(to("/private").header("Authorization", basic(TOKEN))).body())
                .contains("Solo para ti");
        assertThat(send(to("/private").header("Authorization", "Bearer " + TOKEN)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void ownerUploadsAFileAndItIsServed() throws Exception {
        String text = "a".repeat(300_000);
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(text);
        assertThat(send(to("/private/docs/a.txt").PUT(body)).statusCode()).isEqualTo(401);
        assertThat(
                        send(to("/private/docs/a.txt")
                                        .header("Authorization", basic(TOKEN))
                                        .PUT(body))
                                .statusCode())
                .isEqualTo(201);
        assertThat(send(to("/docs/a.txt")).body()).isEqualTo(text);
        assertThat(Files.readString(home.resolve("site/docs/a.txt"))).isEqualTo(text);
    }

    @Test
    void pathsStayBelowTheSite() throws Exception {
        Files.writeString(home.resolve("secret"), "secret");
        for (String path :
                List.of(
                        "/../secret",
                        "/%2e%2e/secret",
                        "/..%2fsecret",
                        "/.upload-1",
                        "/a/../../secret",
                        "/%00")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 4")
                    .doesNotContain("secret\n");
        }
        assertThat(
                        raw(
                                "PUT /private/../../evil HTTP/1.1\r\nAuthorization: Bearer "
                                        + TOKEN
                                        + "\r\nContent-Length: 1\r\n\r\nx"))
                .startsWith("HTTP/1.1 400");
        assertThat(home.getParent().resolve("evil")).doesNotExist();
    }

    @Test
    void nonsenseGetsARefusal() throws Exception {
        assertThat(raw("hello\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("DELETE / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405");
        assertThat(raw("GET /nothing HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
        assertThat(raw("GET / HTTP/1.1\r\nX: " + "y".repeat(40_000) + "\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void manyAskAtOnceAndAllAreAnswered() {
        Map<Integer, Integer> codes = new HashMap<>();
        IntStream.range(0, 200)
                .mapToObj(n ->
                        client.sendAsync(
                                to("/status").timeout(Duration.ofSeconds(20)).build(),
                                HttpResponse.BodyHandlers.ofString()))
                .toList()
                .forEach(answer -> codes.merge(answer.join().statusCode(), 1, Integer::sum));
        assertThat(codes).isEqualTo(Map.of(200, 200));
    }
}
