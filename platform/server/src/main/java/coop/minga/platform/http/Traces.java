package coop.minga.platform.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;

import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace id of a request: the caller's, where it sends a W3C {@code traceparent}, else a new
 * one.
 */
final class Traces {

    private static final Pattern PARENT =
            Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private Traces() {}

    static String of(ServerRequest request) {
        Matcher matcher =
                PARENT.matcher(
                        request.headers().first(HeaderNames.create("traceparent")).orElse(""));
        if (matcher.matches() && !matcher.group(1).chars().allMatch(c -> c == '0')) {
            return matcher.group(1);
        }
        return next();
    }

    /** A new one. */
    static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return String.format("%016x%016x", random.nextLong(), random.nextLong());
    }
}
