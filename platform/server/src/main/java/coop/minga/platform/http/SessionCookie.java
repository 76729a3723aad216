package coop.minga.platform.http;

import java.time.Duration;
import java.util.Optional;

/** The session cookie: {@code __Host-minga} over TLS, {@code minga} on plain http. */
public final class SessionCookie {

    private final boolean secure;

    public SessionCookie(boolean secure) {
        this.secure = secure;
    }

    public String name() {
        return secure ? "__Host-minga" : "minga";
    }

    /** The {@code Set-Cookie} value that begins a session. */
    public String begin(String value, Duration maxAge) {
        return name()
                + "="
                + value
                + "; Path=/; HttpOnly; SameSite=Lax; Max-Age="
                + maxAge.toSeconds()
                + (secure ? "; Secure" : "");
    }

    /** The {@code Set-Cookie} value that ends one. */
    public String end() {
        return name() + "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" + (secure ? "; Secure" : "");
    }

    /** The session's value in a {@code Cookie} header. */
    Optional<String> find(String cookieHeader) {
        String start = name() + "=";
        for (String part : cookieHeader.split(";")) {
            String cookie = part.strip();
            if (cookie.startsWith(start)) {
                return Optional.of(cookie.substring(start.length()));
            }
        }
        return Optional.empty();
    }
}
