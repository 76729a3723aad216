package coop.minga.platform.providers;

import com.sun.net.httpserver.HttpServer;

import coop.minga.plugin.testkit.SourceJar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Plugins that carry real vendors' libraries, and a loopback server that answers as the vendors do.
 * Each offering asks its vendor when it is probed and says what came back.
 */
final class VendorPlugins implements AutoCloseable {

    /** Where the plugins find their vendor. */
    private static final String ADDRESS = "minga.test.vendor";

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();

    VendorPlugins() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        answer("/v1/customers/cus_1", "{\"id\":\"cus_1\",\"object\":\"customer\"}");
        answer(
                "/v1/oauth2/token",
                "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
        answer("/v2/checkout/orders/O1", "{\"id\":\"O1\",\"status\":\"CREATED\"}");
        answer("/json", "{\"said\":\"json\"}");
        answer("/xml", "<note><said>xml</said></note>");
        answer(
                "/",
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                        + "<GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn>"
                        + "<UserId>U</UserId><Account>123</Account></GetCallerIdentityResult>"
                        + "</GetCallerIdentityResponse>");
        server.start();
        System.setProperty(ADDRESS, "http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(String path, String body) {
        String type = body.startsWith("<") ? "text/xml" : "application/json";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext(
                path,
                exchange -> {
                    asked.incrementAndGet();
                    exchange.getRequestBody().readAllBytes();
                    exchange.getResponseHeaders().add("Content-Type", type);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
    }

    int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
        System.clearProperty(ADDRESS);
    }

    static SourceJar stripe(String id) {
        return plugin(
                id,
                "stripe",
                """
                com.stripe.net.RequestOptions options = com.stripe.net.RequestOptions.builder()
                        .setApiKey("sk_test_x").setBaseUrl(VENDOR).build();
                return com.stripe.model.Customer.retrieve("cus_1", options).getId();
                """);
    }

    static SourceJar paypal(String id) {
        return plugin(
                id,
                "paypal",
                """
                var environment = new com.paypal.core.PayPalEnvironment("id", "secret", VENDOR, VENDOR);
                var client = new com.paypal.core.PayPalHttpClient(environment);
                return client.execute(new com.paypal.orders.OrdersGetRequest("O1")).result().id();
                """);
    }

    static SourceJar aws(String id) {
        return plugin(
                id,
                "aws",
                """
                try (var client = software.amazon.awssdk.services.sts.StsClient.builder()
                        .region(software.amazon.awssdk.regions.Region.US_EAST_1)
                        .endpointOverride(java.net.URI.create(VENDOR))
                        .httpClient(software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient.create())
                        .credentialsProvider(software.amazon.awssdk.auth.credentials.StaticCredentialsProvider.create(
                                software.amazon.awssdk.auth.credentials.AwsBasicCredentials.create("k", "s")))
                        .build()) {
                    return client.getCallerIdentity().account();
                }
                """);
    }

    static SourceJar jackson(String id) {
        return plugin(
                id,
                "jackson",
                """
                var mapper = new com.fasterxml.jackson.databind.ObjectMapper();
                return mapper.readTree(java.net.URI.create(VENDOR + "/json").toURL()).get("said").asText()
                        + " " + mapper.version();
                """);
    }

    static SourceJar jaxb(String id) {
        return plugin(
                        id,
                        "jaxb",
                        """
                        var context = javax.xml.bind.JAXBContext.newInstance(Note.class);
                        var note = (Note) context.createUnmarshaller()
                                .unmarshal(java.net.URI.create(VENDOR + "/xml").toURL());
                        return note.said;
                        """)
                .source(
                        "sample.Note",
                        """
                        package sample;
                        @javax.xml.bind.annotation.XmlRootElement(name = "note")
                        public class Note { public String said; }
                        """);
    }

    private static SourceJar plugin(String id, String vendor, String body) {
        SourceJar jar =
                SourceJar.plugin(id)
                        .extension(
                                "sample.Offering",
                                SourceJar.offeringSource(
                                                "Offering",
                                                id,
                                                """
                                                private static final String VENDOR =
                                                        System.getProperty("minga.test.vendor");
                                                static String ask() throws Exception {
                                                    %s
                                                }
                                                """
                                                        .formatted(body))
                                        .replace(
                                                "return new OfferingBlueprint() {",
                                                """
                                                return new OfferingBlueprint() {
                                                    public ProbeResult probe(Call call) {
                                                        Text name = Text.of("Answer");
                                                        try {
                                                            return ProbeResult.of(List.of(
                                                                    ProbeResult.Check.passed(name, ask())));
                                                        } catch (Exception e) {
                                                            return ProbeResult.of(List.of(
                                                                    ProbeResult.Check.failed(
                                                                            name, "" + e, Text.of(""))));
                                                        }
                                                    }
                                                """));
        for (Path library : libraries(vendor)) {
            jar.library(library);
        }
        return jar;
    }

    private static List<Path> libraries(String vendor) {
        try (Stream<Path> files = Files.list(Path.of("target/vendors", vendor))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
