package coop.minga.platform.config;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every setting there is, in the order of the shipped file. */
final class Settings {

    private static final Pattern SPAN = Pattern.compile("(\\d{1,6})(ms|s|m|h|d)");

    static final Setting<String> HTTP_HOST =
            Setting.of(
                    "http.host",
                    "MINGA_HTTP_HOST",
                    "127.0.0.1",
                    "The address to listen on. A proxy on the same machine needs only loopback.",
                    Settings::text);
    static final Setting<Integer> HTTP_PORT =
            Setting.of(
                    "http.port",
                    "MINGA_HTTP_PORT",
                    "8080",
                    "The port to listen on.",
                    s -> whole(s, 0, 65535));
    static final Setting<String> PUBLIC_URL =
            Setting.of(
                    "http.public_url",
                    "MINGA_PUBLIC_URL",
                    "",
                    "Where browsers reach this host; links are built from it. Empty:"
                            + " http://localhost:<port>.",
                    Settings::urlOrEmpty);
    static final Setting<String> APPS_DOMAIN =
            Setting.of(
                    "http.apps_domain",
                    "MINGA_APPS_DOMAIN",
                    "",
                    "Each instance gets a name below this domain; point *.<domain> here. Empty:"
                            + " localhost.",
                    Settings::text);
    static final Setting<List<String>> TRUSTED_PROXIES =
            Setting.of(
                    "http.trusted_proxies",
                    "MINGA_TRUSTED_PROXIES",
                    "",
                    "Addresses of proxies whose X-Forwarded-For is believed, separated by commas.",
                    Settings::list);
    static final Setting<String> TLS_CERT =
            Setting.of(
                    "http.tls_cert",
                    "MINGA_TLS_CERT",
                    "",
                    "A PEM certificate chain, to serve TLS without a proxy; watched and reloaded.",
                    Settings::text);
    static final Setting<String> TLS_KEY =
            Setting.of(
                    "http.tls_key",
                    "MINGA_TLS_KEY",
                    "",
                    "Its private key (PKCS#8 PEM).",
                    Settings::text);
    static final Setting<Integer> MAX_REQUESTS =
            Setting.of(
                    "http.max_concurrent_requests",
                    "",
                    "1024",
                    "Requests worked on at once; further ones are told to come again.",
                    s -> whole(s, 1, 100_000));
    static final Setting<Duration> REQUEST_DEADLINE =
            Setting.of(
                    "http.request_deadline",
                    "",
                    "30s",
                    "How long one request may take.",
                    Settings::span);
    static final Setting<Integer> RATE_FACTOR =
            Setting.of(
                    "http.rate_factor",
                    "",
                    "1",
                    "Multiplies the rate limits; 0 switches them off (behind a proxy that limits).",
                    s -> whole(s, 0, 1000));
    static final Setting<String> DB_URL =
            Setting.of(
                    "database.url",
                    "MINGA_DB_URL",
                    "",
                    "jdbc:postgresql://host/name of a PostgreSQL 15 or newer. Empty: our own, in"
                            + " the data directory.",
                    Settings::text);
    static final Setting<String> DB_USER =
            Setting.of("database.user", "MINGA_DB_USER", "", "Its user.", Settings::text);
    static final Setting<String> DB_PASSWORD =
            Setting.of(
                            "database.password",
                            "MINGA_DB_PASSWORD",
                            "",
                            "Its password.",
                            Settings::text)
                    .asSecret();
    static final Setting<Integer> DB_PORT =
            Setting.of(
                    "database.port",
                    "",
                    "0",
                    "The loopback port of our own server; 0 picks a free one.",
                    s -> whole(s, 0, 65535));
    static final Setting<Integer> DB_POOL =
            Setting.of(
                    "database.pool_size",
                    "",
                    "20",
                    "Connections kept open.",
                    s -> whole(s, 2, 500));
    static final Setting<String> PLUGINS_DIR =
            Setting.of(
                    "plugins.dir",
                    "MINGA_PLUGINS_DIR",
                    "",
                    "Where plugin jars are dropped. Empty: plugins/ of the installation.",
                    Settings::text);
    static final Setting<String> PLUGINS_POLICY =
            Setting.of(
                    "plugins.policy",
                    "MINGA_PLUGINS_POLICY",
                    "",
                    "Plugins nobody approved: locked refuses them, ask waits for an operator, open"
                            + " runs them. Empty: open in a trial, locked in production.",
                    s -> s.isBlank() ? "" : oneOf(s, "locked", "ask", "open"));
    static final Setting<String> PLUGINS_UPLOAD =
            Setting.of(
                    "plugins.upload",
                    "MINGA_PLUGINS_UPLOAD",
                    "",
                    "on or off: whether operators may upload jars in the browser. Empty: on in a"
                            + " trial, off in production.",
                    s -> s.isBlank() ? "" : oneOf(s, "on", "off", "true", "false"));

    /** Holds a key of the operator's choice for each publisher. */
    static final String PUBLISHERS = "plugins.publishers";

    static final Setting<String> LOG_FORMAT =
            Setting.of(
                    "log.format",
                    "MINGA_LOG_FORMAT",
                    "text",
                    "text or json.",
                    s -> oneOf(s, "text", "json"));
    static final Setting<String> LOG_LEVEL =
            Setting.of(
                    "log.level",
                    "MINGA_LOG_LEVEL",
                    "info",
                    "error, warn, info or debug.",
                    s -> oneOf(s, "error", "warn", "info", "debug"));
    static final Setting<String> METRICS_TOKEN =
            Setting.of(
                            "metrics.token",
                            "MINGA_METRICS_TOKEN",
                            "",
                            "Bearer token for /metrics from other machines; without it only"
                                    + " loopback may read them.",
                            Settings::text)
                    .asSecret();
    static final Setting<String> SETUP_TOKEN =
            Setting.of(
                            "setup.token",
                            "MINGA_SETUP_TOKEN",
                            "",
                            "A preset token for the first set-up. Empty: one is made and printed.",
                            Settings::text)
                    .asSecret();
    static final Setting<BigDecimal> WELCOME_GRANT =
            Setting.of(
                    "accounts.welcome_grant",
                    "",
                    "",
                    "Coins a new account gets (promotional). Empty: 100 in a trial, 0 in"
                            + " production.",
                    Settings::coinsOrEmpty);

    static final List<Setting<?>> ALL =
            List.of(
                    HTTP_HOST,
                    HTTP_PORT,
                    PUBLIC_URL,
                    APPS_DOMAIN,
                    TRUSTED_PROXIES,
                    TLS_CERT,
                    TLS_KEY,
                    MAX_REQUESTS,
                    REQUEST_DEADLINE,
                    RATE_FACTOR,
                    DB_URL,
                    DB_USER,
                    DB_PASSWORD,
                    DB_PORT,
                    DB_POOL,
                    PLUGINS_DIR,
                    PLUGINS_POLICY,
                    PLUGINS_UPLOAD,
                    LOG_FORMAT,
                    LOG_LEVEL,
                    METRICS_TOKEN,
                    SETUP_TOKEN,
                    WELCOME_GRANT);

    private Settings() {}

    private static String text(String s) {
        return s.strip();
    }

    private static List<String> list(String s) {
        return s.isBlank() ? List.of() : List.of(s.strip().split("\\s*,\\s*"));
    }

    private static int whole(String s, int min, int max) {
        try {
            int value = Integer.parseInt(s.strip());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("a whole number from " + min + " to " + max);
    }

    private static String oneOf(String s, String... allowed) {
        String value = s.strip().toLowerCase(Locale.ROOT);
        if (!List.of(allowed).contains(value)) {
            throw new IllegalArgumentException("one of " + String.join(", ", allowed));
        }
        return value;
    }

    private static Duration span(String s) {
        Matcher matcher = SPAN.matcher(s.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a time such as 500ms, 30s, 5m, 12h or 7d");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static String urlOrEmpty(String s) {
        if (s.isBlank()) {
            return "";
        }
        try {
            URI uri = new URI(s.strip());
            boolean bare =
                    uri.getRawPath() == null
                            || uri.getRawPath().isEmpty()
                            || uri.getRawPath().equals("/");
            if (List.of("http", "https").contains(String.valueOf(uri.getScheme()))
                    && uri.getHost() != null
                    && bare) {
                return uri.getScheme() + "://" + uri.getRawAuthority();
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "an address such as https://cloud.example.org, without a path");
    }

    private static BigDecimal coinsOrEmpty(String s) {
        if (s.isBlank()) {
            return BigDecimal.ONE.negate();
        }
        try {
            BigDecimal coins = new BigDecimal(s.strip()).setScale(2);
            if (coins.signum() >= 0 && coins.compareTo(new BigDecimal(1_000_000)) <= 0) {
                return coins;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "an amount of coins from 0 to 1000000 with at most two decimals");
    }

    /** A path as given; relative ones are of the working directory. */
    static Path path(String s) {
        return Path.of(s).toAbsolutePath().normalize();
    }
}
