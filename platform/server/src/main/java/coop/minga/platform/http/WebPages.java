package coop.minga.platform.http;

import coop.minga.platform.Ids;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The browser UI from the class path: hashed files kept for ever, everything else answered by the
 * shell, so that every address of the UI can be reloaded and shared.
 */
public final class WebPages implements Pages {

    /** Where the UI's module puts what it built. */
    private static final String ROOT = "META-INF/minga-web/";

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src"
                + " 'self' data:; connect-src 'self' data:; font-src 'self'; manifest-src 'self';"
                + " frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
                + " require-trusted-types-for 'script'; trusted-types lit-html default";

    /** The part of the shell that stands in for a page until scripts run. */
    private static final Pattern PREFILL =
            Pattern.compile("<!--prefill-->.*?<!--/prefill-->", Pattern.DOTALL);

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("webmanifest", "application/manifest+json"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("txt", "text/plain; charset=utf-8"));

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final BiFunction<String, String, String> content;

    /**
     * @param content gives the HTML shown inside the shell before scripts run, for a path and a
     *     language; empty where there is nothing to show
     */
    public WebPages(BiFunction<String, String, String> content) {
        this.content = content;
    }

    @Override
    public Reply page(String path, String language, Exchange exchange) {
        String name = path.substring(1);
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        boolean isFile =
                name.lastIndexOf('.') > name.lastIndexOf('/') && TYPES.containsKey(extension);
        if (!isFile) {
            return shell(path, language, isGuest(exchange));
        }
        if (name.contains("..")) {
            throw Ids.noSuchThing();
        }
        String accepted = exchange.header("accept-encoding").orElse("");
        Optional<byte[]> packed = accepted.contains("gzip") ? file(name + ".gz") : Optional.empty();
        byte[] bytes = packed.or(() -> file(name)).orElseThrow(Ids::noSuchThing);
        Reply reply =
                Reply.bytes(TYPES.getOrDefault(extension, "application/octet-stream"), bytes)
                        .with("Vary", "Accept-Encoding")
                        .with(
                                "Cache-Control",
                                name.startsWith("assets/")
                                        ? "public, max-age=31536000, immutable"
                                        : "no-cache");
        return packed.isPresent() ? reply.with("Content-Encoding", "gzip") : reply;
    }

    /** Whoever has no session at all: their browser need not ask who they are. */
    private static boolean isGuest(Exchange exchange) {
        String cookies = exchange.header("cookie").orElse("");
        return new SessionCookie(true).find(cookies).isEmpty()
                && new SessionCookie(false).find(cookies).isEmpty();
    }

    private Reply shell(String path, String language, boolean guest) {
        String html =
                file("index.html")
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse(
                                "<!doctype html><html lang=\"en\"><title>Minga</title><main"
                                        + " id=\"app\">The browser UI is not part of this"
                                        + " build.</main></html>");
        String inside = content.apply(path, language);
        if (!inside.isEmpty()) {
            html = PREFILL.matcher(html).replaceFirst(Matcher.quoteReplacement(inside));
        }
        html =
                html.replaceFirst(
                        "<html lang=\"[a-z]*\"",
                        "<html lang=\"" + language + "\"" + (guest ? " data-guest" : ""));
        return Reply.bytes("text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8))
                .with("Content-Security-Policy", POLICY)
                .with("Vary", "Accept-Language, Cookie")
                .with("Cache-Control", "no-cache");
    }

    /** Only files that are there are remembered: names come from outside and have no end. */
    private Optional<byte[]> file(String name) {
        byte[] known = files.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        try (InputStream in = WebPages.class.getClassLoader().getResourceAsStream(ROOT + name)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readAllBytes();
            files.put(name, bytes);
            return Optional.of(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
