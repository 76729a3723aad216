package coop.minga.platform.http;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One route as described by a feature: everything the dispatcher enforces and the OpenAPI document
 * says. Built fluently at start, read-only afterwards.
 */
public final class Route {

    private static final long STANDARD_BODY_BYTES = 1 << 20;

    private final String method;
    private final String path;
    private final List<String> segments;
    private final Access access;
    private final Set<String> queryNames = new LinkedHashSet<>();
    private final Map<Integer, Class<?>> answers = new LinkedHashMap<>();
    private String summary = "";
    private @Nullable Class<?> bodyType;
    private boolean idempotent;
    private boolean handsKeyOn;
    private boolean rawBody;
    private boolean ownCredentials;
    private long maxBodyBytes = STANDARD_BODY_BYTES;
    private RateLimit limit = RateLimit.STANDARD;
    private @Nullable Handler handler;

    Route(String method, String path, Access access) {
        this.method = method;
        this.path = path;
        this.segments = List.of(path.substring(1).split("/", -1));
        this.access = access;
    }

    /** One line for the API description. */
    public Route summary(String text) {
        summary = text;
        return this;
    }

    /** The query parameters taken; any other is refused. */
    public Route query(String... names) {
        queryNames.addAll(List.of(names));
        return this;
    }

    /** Takes a JSON body of this record's shape. */
    public Route body(Class<?> type) {
        bodyType = type;
        return this;
    }

    /** Takes a body that is not JSON, up to the size, read with {@link Exchange#rawBody()}. */
    public Route rawBody(long maxBytes) {
        rawBody = true;
        maxBodyBytes = maxBytes;
        return this;
    }

    /** What is answered under a status; {@code Void.class} for no body. */
    public Route answers(int status, Class<?> type) {
        answers.put(status, type);
        return this;
    }

    /**
     * Needs an {@code Idempotency-Key}. The handler runs inside one transaction together with the
     * record of its answer: the same key and body give the same bytes again, the same key with
     * another body 409.
     */
    public Route idempotent() {
        idempotent = true;
        return this;
    }

    /**
     * Needs an {@code Idempotency-Key} which the handler hands on to somebody who sees to it that
     * the same key is one effect; no transaction is open meanwhile.
     */
    public Route handsKeyOn() {
        handsKeyOn = true;
        return this;
    }

    /** The handler itself judges an {@code Authorization} header, which is none of ours. */
    public Route ownCredentials() {
        ownCredentials = true;
        return this;
    }

    public boolean hasOwnCredentials() {
        return ownCredentials;
    }

    public Route limit(RateLimit newLimit) {
        limit = newLimit;
        return this;
    }

    /** Ends the description. */
    public void handle(Handler newHandler) {
        handler = newHandler;
    }

    public String method() {
        return method;
    }

    public String path() {
        return path;
    }

    public Access access() {
        return access;
    }

    public String summary() {
        return summary;
    }

    public boolean isIdempotent() {
        return idempotent;
    }

    /** Whether a request has to bring a key. */
    public boolean needsKey() {
        return idempotent || handsKeyOn;
    }

    public boolean takesRawBody() {
        return rawBody;
    }

    public long maxBodyBytes() {
        return maxBodyBytes;
    }

    public RateLimit limit() {
        return limit;
    }

    public Set<String> queryNames() {
        return Set.copyOf(queryNames);
    }

    public @Nullable Class<?> bodyType() {
        return bodyType;
    }

    public Map<Integer, Class<?>> answers() {
        return new LinkedHashMap<>(answers);
    }

    Handler handler() {
        if (handler == null) {
            throw new IllegalStateException(method + " " + path + " has no handler");
        }
        return handler;
    }

    /**
     * The parameters when the path fits, else null. A literal segment beats a parameter by
     * registration order.
     */
    @Nullable Map<String, String> match(List<String> actual) {
        if (actual.size() != segments.size()) {
            return null;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (segment.startsWith("{")) {
                if (actual.get(i).isEmpty()) {
                    return null;
                }
                parameters.put(segment.substring(1, segment.length() - 1), actual.get(i));
            } else if (!segment.equals(actual.get(i))) {
                return null;
            }
        }
        return parameters;
    }

    /** How many segments are parameters: fewer is more specific. */
    int wildness() {
        List<String> wild = new ArrayList<>(segments);
        wild.removeIf(segment -> !segment.startsWith("{"));
        return wild.size();
    }
}
