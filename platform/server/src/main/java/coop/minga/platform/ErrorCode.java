package coop.minga.platform;

import java.util.regex.Pattern;

/**
 * A stable name for something that can go wrong, for programs to act on.
 *
 * @param code {@code room.what}, for example {@code wallet.insufficient-funds}; never changes once
 *     released
 * @param type who can do something about it; decides the HTTP status in one place
 */
public record ErrorCode(String code, Type type) {

    private static final Pattern CODE =
            Pattern.compile("[a-z]+(-[a-z]+)*\\.[a-z0-9]+(-[a-z0-9]+)*");

    public ErrorCode {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("Error code '" + code + "' must match " + CODE);
        }
    }

    /** What kind of error, and so which HTTP status. */
    public enum Type {
        /** 400: the request is wrong; saying it again will not help. */
        USER,
        /** 401: nobody, or not well enough, signed in. */
        UNAUTHENTICATED,
        /** 403: signed in, but not allowed. */
        FORBIDDEN,
        /** 404: there is no such thing, or it belongs to somebody else. */
        NOT_FOUND,
        /** 405: the address exists but not for this method. */
        METHOD,
        /** 409: the state of things does not allow it. */
        CONFLICT,
        /** 410: it was there once. */
        GONE,
        /** 412: somebody else changed it in between. */
        PRECONDITION,
        /** 413: too large. */
        TOO_LARGE,
        /** 415: not a format that is understood. */
        MEDIA_TYPE,
        /** 429: too much, too fast; answered with Retry-After. */
        LIMIT,
        /** 502: a vendor does not play along. */
        UPSTREAM,
        /** 503: not now; answered with Retry-After. */
        UNAVAILABLE,
        /** 500: our defect. */
        INTERNAL
    }

    public static ErrorCode user(String code) {
        return new ErrorCode(code, Type.USER);
    }

    public static ErrorCode conflict(String code) {
        return new ErrorCode(code, Type.CONFLICT);
    }

    public static ErrorCode notFound(String code) {
        return new ErrorCode(code, Type.NOT_FOUND);
    }

    public static ErrorCode of(Type type, String code) {
        return new ErrorCode(code, type);
    }
}
