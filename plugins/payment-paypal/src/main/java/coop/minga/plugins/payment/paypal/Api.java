package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.paypal.sdk.Environment;
import com.paypal.sdk.PaypalServerSdkClient;
import com.paypal.sdk.authentication.ClientCredentialsAuthModel;
import com.paypal.sdk.exceptions.ApiException;
import com.paypal.sdk.http.response.ApiResponse;
import com.paypal.sdk.models.OAuthToken;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.Mode;

import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

import okio.Buffer;

import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * The way to PayPal: its client library and plain JSON, both over the host's HTTP client and in the
 * time of one call. Thread-safe.
 *
 * <p>The library is given a token and never fetches one itself: it would do so under a lock of the
 * whole process, without a bound in time, and swallow the reason of a failure. A client is made for
 * each call, because it holds the token and the call's deadline; it has no threads or connections.
 */
final class Api {

    /** A request through PayPal's library. */
    @FunctionalInterface
    interface Work<T> {
        ApiResponse<T> ask(PaypalServerSdkClient client) throws ApiException, IOException;
    }

    private final ProviderContext context;
    private final Site site;
    private final Settings settings;
    private final Tokens tokens;

    Api(ProviderContext context, Site site, Settings settings) {
        this.context = context;
        this.site = site;
        this.settings = settings;
        this.tokens = new Tokens(context, site, settings);
    }

    Tokens tokens() {
        return tokens;
    }

    /**
     * @throws Refusal when PayPal answers with an error
     * @throws ProviderException {@code UNAVAILABLE} when there is no answer or it makes no sense
     */
    <T> T ask(Call call, Work<T> work) {
        T result = tell(call, work).getResult();
        if (result == null) {
            throw nonsense(null);
        }
        return result;
    }

    /**
     * As {@link #ask}, for requests whose answer may be empty.
     *
     * @throws Refusal when PayPal answers with an error
     */
    <T> ApiResponse<T> tell(Call call, Work<T> work) {
        Tokens.Token token = tokens.get(call);
        try {
            return once(call, token, work);
        } catch (Refusal refusal) {
            if (refusal.status() != 401) {
                throw noted(refusal);
            }
            tokens.drop(token);
            return once(call, tokens.get(call), work);
        }
    }

    private <T> ApiResponse<T> once(Call call, Tokens.Token token, Work<T> work) {
        try {
            return work.ask(client(call, token));
        } catch (ApiException e) {
            throw Answers.refusal(e);
        } catch (IOException e) {
            throw nonsense(e);
        }
    }

    private PaypalServerSdkClient client(Call call, Tokens.Token token) {
        OAuthToken given =
                new OAuthToken.Builder(token.value(), "Bearer")
                        // The library compares with a clock of its own: how long is our matter.
                        .expiry(Long.MAX_VALUE / 2)
                        .build();
        OkHttpClient http =
                new OkHttpClient.Builder().addInterceptor(chain -> carry(call, chain)).build();
        return new PaypalServerSdkClient.Builder()
                .environment(
                        settings.mode() == Mode.LIVE ? Environment.PRODUCTION : Environment.SANDBOX)
                .httpClientConfig(config ->
                        // Retries are the host's: it asks again under the same request id.
                        config.httpClientInstance(http, false).numberOfRetries(0))
                .clientCredentialsAuth(
                        new ClientCredentialsAuthModel.Builder(
                                        settings.clientId(), settings.secret())
                                .oAuthToken(given)
                                .build())
                .build();
    }

    private Response carry(Call call, Interceptor.Chain chain) throws IOException {
        Request request = chain.request();
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach(pair -> headers.put(pair.getFirst(), pair.getSecond()));
        byte[] body = new byte[0];
        if (request.body() != null) {
            Buffer buffer = new Buffer();
            request.body().writeTo(buffer);
            body = buffer.readByteArray();
            MediaType type = request.body().contentType();
            if (type != null
                    && headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
                headers.put("Content-Type", type.toString());
            }
        }
        String query = request.url().encodedQuery();
        URI uri =
                site.api()
                        .resolve(request.url().encodedPath() + (query == null ? "" : "?" + query));
        Http.Response answer =
                context.http().send(call, new Http.Request(request.method(), uri, headers, body));
        Response.Builder response =
                new Response.Builder()
                        .request(request)
                        .protocol(Protocol.HTTP_1_1)
                        .code(answer.status())
                        .message("")
                        .body(ResponseBody.create(answer.body(), null));
        answer.headers()
                .forEach(
                        (name, values) -> values.forEach(value -> response.addHeader(name, value)));
        return response.build();
    }

    /** A GET that PayPal's library does not know. */
    JsonNode get(Call call, String path) {
        return json(call, "GET", path, Map.of(), new byte[0]);
    }

    /** A POST that PayPal's library does not know. */
    JsonNode post(Call call, String path, byte[] body) {
        return json(call, "POST", path, Map.of("Content-Type", "application/json"), body);
    }

    private JsonNode json(
            Call call, String method, String path, Map<String, String> headers, byte[] body) {
        Tokens.Token token = tokens.get(call);
        Http.Response answer = send(call, token, method, path, headers, body);
        if (answer.status() == 401) {
            tokens.drop(token);
            answer = send(call, tokens.get(call), method, path, headers, body);
        }
        JsonNode content = Json.read(answer.body());
        if (answer.status() / 100 != 2) {
            throw noted(Answers.refusal(answer, content));
        }
        if (content.isMissingNode()) {
            throw nonsense(null);
        }
        return content;
    }

    private Http.Response send(
            Call call,
            Tokens.Token token,
            String method,
            String path,
            Map<String, String> headers,
            byte[] body) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Authorization", "Bearer " + token.value());
        return context.http()
                .send(call, new Http.Request(method, site.api().resolve(path), all, body));
    }

    private Refusal noted(Refusal refusal) {
        context.logger().info("PayPal refused: {}", refusal.getMessage());
        return refusal;
    }

    static ProviderException nonsense(@org.jspecify.annotations.Nullable Throwable cause) {
        return new ProviderException(Code.UNAVAILABLE, "PayPal's answer makes no sense", cause);
    }
}
