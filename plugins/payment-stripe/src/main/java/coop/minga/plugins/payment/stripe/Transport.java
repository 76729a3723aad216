package coop.minga.plugins.payment.stripe;

import com.stripe.net.HttpClient;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sends what Stripe's library asks for through the host's client, within one call of the host.
 *
 * <p>Asks again where that is safe and time is left: a lost reply twice, because every request that
 * changes something carries its key; a key that is still at work elsewhere until it is done.
 */
final class Transport extends HttpClient {

    private static final int LOST_REPLIES = 2;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Http http;
    private final Call call;
    private final Clock clock;

    Transport(Http http, Call call, Clock clock) {
        this.http = http;
        this.call = call;
        this.clock = clock;
    }

    @Override
    public StripeResponse request(StripeRequest request) {
        Http.Request asked = built(request);
        Duration pause = FIRST_PAUSE;
        int lost = 0;
        while (true) {
            Optional<Http.Response> answer = sent(asked, lost);
            if (answer.isEmpty()) {
                lost++;
            } else if (answer.get().status() == 429) {
                throw tooMany(answer.get());
            } else if (answer.get().status() != 409 || !isTimeFor(pause)) {
                return read(answer.get());
            }
            sleep(pause);
            pause = pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
        }
    }

    /** The library's own way keeps statistics in a file and repeats without looking at the time. */
    @Override
    public StripeResponse requestWithRetries(StripeRequest request) {
        return request(request);
    }

    /** Empty when there was no answer and it is worth another try. */
    private Optional<Http.Response> sent(Http.Request asked, int lost) {
        try {
            Http.Response answer = http.send(call, asked);
            return answer.status() >= 500 && lost < LOST_REPLIES && isTimeFor(FIRST_PAUSE)
                    ? Optional.empty()
                    : Optional.of(answer);
        } catch (ProviderException e) {
            if (e.code() != Code.UNAVAILABLE
                    || lost >= LOST_REPLIES
                    || Thread.currentThread().isInterrupted()
                    || !isTimeFor(FIRST_PAUSE)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private boolean isTimeFor(Duration pause) {
        return call.remaining(clock).compareTo(pause.multipliedBy(2)) > 0;
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(Code.UNAVAILABLE, "Interrupted while waiting", e);
        }
    }

    private static Http.Request built(StripeRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        headers.put("User-Agent", buildUserAgentString(request));
        byte[] body = new byte[0];
        if (request.content() != null) {
            headers.put("Content-Type", request.content().contentType());
            body = request.content().byteArrayContent();
        }
        return new Http.Request(
                request.method().name(), URI.create(request.url().toString()), headers, body);
    }

    private static StripeResponse read(Http.Response answer) {
        return new StripeResponse(
                answer.status(),
                HttpHeaders.of(answer.headers()),
                new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static ProviderException tooMany(Http.Response answer) {
        Duration wait =
                answer.header("retry-after")
                        .filter(value -> value.matches("\\d{1,4}"))
                        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                        .orElse(PATIENCE);
        return ProviderException.limit(
                Text.of("Stripe asks for patience.", "Stripe pide paciencia."), wait);
    }
}
