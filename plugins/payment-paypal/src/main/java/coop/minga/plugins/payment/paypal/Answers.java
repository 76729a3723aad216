package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.paypal.sdk.exceptions.ApiException;
import com.paypal.sdk.exceptions.ErrorException;
import com.paypal.sdk.models.ErrorDetails;

import coop.minga.plugin.api.Http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads PayPal's errors, as its library gives them and as they come. */
final class Answers {

    /** Codes go to logs; whatever does not look like one stays out. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,80}");

    private Answers() {}

    static Refusal refusal(ApiException e) {
        String name = "";
        String debugId = "";
        List<String> issues = new ArrayList<>();
        if (e instanceof ErrorException error) {
            name = Objects.requireNonNullElse(error.getName(), "");
            debugId = Objects.requireNonNullElse(error.getDebugId(), "");
            for (ErrorDetails detail :
                    Objects.requireNonNullElse(error.getDetails(), List.<ErrorDetails>of())) {
                issues.add(code(detail.getIssue()));
            }
        }
        Optional<Duration> retryAfter =
                Optional.ofNullable(e.getHttpContext())
                        .map(http -> http.getResponse().getHeaders().value("Retry-After"))
                        .flatMap(Answers::seconds);
        return new Refusal(
                e.getResponseCode(), code(name), issues, List.of(), code(debugId), retryAfter);
    }

    static Refusal refusal(Http.Response answer, JsonNode content) {
        List<String> issues = new ArrayList<>();
        List<String> links = new ArrayList<>();
        content.path("links").forEach(link -> links.add(link.path("href").asText("")));
        content.path("details")
                .forEach(detail -> {
                    issues.add(code(detail.path("issue").asText()));
                    detail.path("link").forEach(link -> links.add(link.path("href").asText("")));
                });
        String name = content.path("name").asText(content.path("error").asText(""));
        return new Refusal(
                answer.status(),
                code(name),
                issues,
                links,
                code(content.path("debug_id").asText("")),
                answer.header("Retry-After").flatMap(Answers::seconds));
    }

    private static String code(@org.jspecify.annotations.Nullable String text) {
        return text != null && CODE.matcher(text).matches() ? text : "";
    }

    private static Optional<Duration> seconds(String text) {
        try {
            return Optional.of(Duration.ofSeconds(Math.clamp(Long.parseLong(text), 1, 3600)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
