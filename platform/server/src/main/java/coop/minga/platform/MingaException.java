package coop.minga.platform;

import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something went wrong that somebody has to be told about.
 *
 * <p>The message is for the user, in every language; it says what to do and holds no secret.
 * Expected results of an operation are sealed values, not exceptions.
 */
public final class MingaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final transient Text text;
    private final transient List<Problem> problems;
    private final transient @Nullable Duration retryAfter;

    /**
     * What is wrong with one value of a request.
     *
     * @param pointer a JSON Pointer into the body ({@code /plan_id}), or {@code query:limit},
     *     {@code header:If-Match}
     * @param code stable, for example {@code unknown-key}
     * @param detail for the user
     */
    public record Problem(String pointer, String code, Text detail) {}

    public MingaException(ErrorCode code, Text text) {
        this(code, text, List.of(), null, null);
    }

    private MingaException(
            ErrorCode code,
            Text text,
            List<Problem> problems,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(code.code() + ": " + text.in("en"), cause);
        this.code = code;
        this.text = text;
        this.problems = List.copyOf(problems);
        this.retryAfter = retryAfter;
    }

    public static MingaException of(ErrorCode code, String english, String spanish) {
        return new MingaException(code, Text.of(english, spanish));
    }

    /** One wrong value. */
    public static MingaException invalid(
            String pointer, String problem, String english, String spanish) {
        Text detail = Text.of(english, spanish);
        return invalid(List.of(new Problem(pointer, problem, detail)));
    }

    /** Wrong values; the first one's text becomes the message. */
    public static MingaException invalid(List<Problem> problems) {
        return new MingaException(
                ErrorCode.user("request.invalid"),
                problems.getFirst().detail(),
                problems,
                null,
                null);
    }

    /**
     * The same, said about one value of the request, so that a form can mark its field.
     *
     * @param pointer as in {@link Problem}
     * @param problem stable, for example {@code taken}
     */
    public MingaException at(String pointer, String problem) {
        List<Problem> all = new ArrayList<>(problems);
        all.add(new Problem(pointer, problem, text));
        return new MingaException(code, text, all, retryAfter, getCause());
    }

    public MingaException retryAfter(Duration wait) {
        return new MingaException(code, text, problems, wait, getCause());
    }

    public MingaException causedBy(Throwable cause) {
        return new MingaException(code, text, problems, retryAfter, cause);
    }

    public ErrorCode code() {
        return code;
    }

    public Text text() {
        return text;
    }

    public List<Problem> problems() {
        return problems;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
