package coop.minga.platform.providers;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A provider's HTTP client: declared hosts, the call's deadline, bounded answers, no redirects. */
final class DeclaredHttp implements Http {

    private static final int MAX_BODY = 8 * 1024 * 1024;

    private final HttpClient client;
    private final DeclaredHosts hosts;
    private final Clock clock;

    /**
     * @param client shared by all providers; must not follow redirects
     */
    DeclaredHttp(HttpClient client, DeclaredHosts hosts, Clock clock) {
        this.client = client;
        this.hosts = hosts;
        this.clock = clock;
    }

    @Override
    public Response send(Call call, Request request) {
        hosts.require(request.uri());
        Duration left = call.remaining(clock);
        if (left.isZero()) {
            throw new ProviderException(Code.UNAVAILABLE, "No time left for the request");
        }
        try {
            HttpResponse<InputStream> response =
                    client.send(
                            built(call, request, left), HttpResponse.BodyHandlers.ofInputStream());
            Map<String, List<String>> headers = new HashMap<>();
            response.headers()
                    .map()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
            return new Response(response.statusCode(), headers, bounded(response));
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE, "No answer: " + e.getClass().getSimpleName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(Code.UNAVAILABLE, "Interrupted while waiting", e);
        }
    }

    private static HttpRequest built(Call call, Request request, Duration left) {
        try {
            HttpRequest.Builder builder =
                    HttpRequest.newBuilder(request.uri())
                            .timeout(left)
                            .method(
                                    request.method(),
                                    request.body().length == 0
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofByteArray(
                                                    request.body()));
            String trace = call.traceId();
            if (!trace.equals(Ask.NO_TRACE)) {
                builder.header("traceparent", "00-" + trace + "-" + trace.substring(16) + "-00");
            }
            request.headers().forEach(builder::setHeader);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ProviderException(
                    Code.INVALID_REQUEST, "The request cannot be sent: " + e.getMessage(), e);
        }
    }

    private static byte[] bounded(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new ProviderException(Code.UNAVAILABLE, "The answer is beyond 8 MiB");
            }
            return bytes;
        }
    }
}
