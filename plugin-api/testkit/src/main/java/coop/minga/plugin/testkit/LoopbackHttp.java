package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An HTTP client that reaches loopback only: tests never leave the machine. */
final class LoopbackHttp implements Http {

    private static final int MAX_BODY = 8 * 1024 * 1024;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final Clock clock;

    LoopbackHttp(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Response send(Call call, Request request) {
        requireLoopback(request.uri().getHost());
        Duration left = call.remaining(clock);
        if (left.isZero()) {
            throw new ProviderException(Code.UNAVAILABLE, "No time left for the request");
        }
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(request.uri())
                        .timeout(left)
                        .method(
                                request.method(),
                                request.body().length == 0
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach(builder::header);
        try {
            HttpResponse<byte[]> response =
                    client.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (response.body().length > MAX_BODY) {
                throw new ProviderException(Code.UNAVAILABLE, "The answer is beyond 8 MiB");
            }
            Map<String, List<String>> headers = new HashMap<>();
            response.headers()
                    .map()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
            return new Response(response.statusCode(), headers, response.body());
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE, "No answer: " + e.getClass().getSimpleName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(Code.UNAVAILABLE, "Interrupted while waiting", e);
        }
    }

    private static void requireLoopback(String host) {
        try {
            if (host == null || !InetAddress.getByName(host).isLoopbackAddress()) {
                throw new ProviderException(
                        Code.MISCONFIGURED, "In tests only loopback is reached, not " + host);
            }
        } catch (UnknownHostException e) {
            throw new ProviderException(
                    Code.MISCONFIGURED, "In tests only loopback is reached, not " + host, e);
        }
    }
}
