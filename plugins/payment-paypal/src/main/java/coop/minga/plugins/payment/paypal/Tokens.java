package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** The access token, fetched when there is none or it is about to end. Thread-safe. */
final class Tokens {

    /**
     * @param scopes what it may be used for
     * @param until when it is not used any more
     */
    record Token(String value, Set<String> scopes, Instant until) {

        /** Whoever has it can move money. */
        @Override
        public String toString() {
            return "Token[until=" + until + "]";
        }
    }

    /** So that it does not end on the way. */
    private static final long SPARE_SECONDS = 60;

    private final ProviderContext context;
    private final Site site;
    private final Settings settings;
    private final AtomicReference<@Nullable Token> kept = new AtomicReference<>();

    Tokens(ProviderContext context, Site site, Settings settings) {
        this.context = context;
        this.site = site;
        this.settings = settings;
    }

    /** Several may fetch at once; each gets a good one. */
    Token get(Call call) {
        Token token = kept.get();
        if (token != null && context.clock().instant().isBefore(token.until())) {
            return token;
        }
        Token fresh = fetch(call);
        kept.set(fresh);
        return fresh;
    }

    /** PayPal refused it before its time. */
    void drop(Token token) {
        kept.compareAndSet(token, null);
    }

    /**
     * Asks for a new one whatever is kept: proves the credentials.
     *
     * @throws ProviderException {@code UNAUTHENTICATED}
     */
    Token fetch(Call call) {
        String pair = settings.clientId() + ":" + settings.secret();
        Http.Response answer =
                context.http()
                        .send(
                                call,
                                new Http.Request(
                                        "POST",
                                        site.api().resolve("/v1/oauth2/token"),
                                        Map.of(
                                                "Authorization",
                                                "Basic "
                                                        + Base64.getEncoder()
                                                                .encodeToString(
                                                                        pair.getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)),
                                                "Content-Type",
                                                "application/x-www-form-urlencoded"),
                                        "grant_type=client_credentials"
                                                .getBytes(StandardCharsets.UTF_8)));
        JsonNode content = Json.read(answer.body());
        if (answer.status() == 401 || content.path("error").asText().equals("invalid_client")) {
            throw new ProviderException(
                    Code.UNAUTHENTICATED,
                    Text.of(
                            "PayPal refuses the client ID or secret",
                            "PayPal rechaza el client ID o el secreto"));
        }
        if (answer.status() / 100 != 2) {
            throw Answers.refusal(answer, content).asFailure();
        }
        String value = content.path("access_token").asText("");
        if (value.isEmpty()) {
            throw Api.nonsense(null);
        }
        return new Token(
                value,
                Set.copyOf(Arrays.asList(content.path("scope").asText("").split(" "))),
                context.clock()
                        .instant()
                        .plusSeconds(
                                Math.max(1, content.path("expires_in").asLong(0) - SPARE_SECONDS)));
    }
}
