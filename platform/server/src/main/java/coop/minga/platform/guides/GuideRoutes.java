package coop.minga.platform.guides;

import coop.minga.platform.Ids;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The guides, in the reader's language: the one chosen on the page, else the browser's. */
public final class GuideRoutes implements Routes {

    private static final String BASE = "/docs/guide";
    private static final String HTML = "text/html; charset=utf-8";

    /** No scripts at all. */
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action"
                    + " 'none'; frame-ancestors 'none'";

    /** The choice made here or in the UI; sent to these pages only. */
    private static final Pattern COOKIE = Pattern.compile("(?:^|;\\s*)minga_lang=([a-z]{2})");

    private final Path docs;
    private final Map<GuideLanguage, GuideBook> books = new ConcurrentHashMap<>();

    /**
     * @param docs with a directory of Markdown files for each language; read at the first visit
     */
    public GuideRoutes(Path docs) {
        this.docs = docs;
    }

    @Override
    public void register(RouteTable table) {
        table.get(BASE, Access.everyone())
                .summary("The guides, as pages")
                .query("lang")
                .handle(exchange -> show(exchange, ""));
        table.get(BASE + "/style.css", Access.everyone())
                .summary("Part of the guides' pages")
                .handle(exchange -> style());
        table.get(BASE + "/{guide}", Access.everyone())
                .summary("A guide, as a page")
                .query("lang")
                .handle(exchange -> show(exchange, exchange.path("guide")));
        table.get(BASE + "/{guide}/{part}", Access.everyone())
                .summary("A part of a guide, as a page")
                .query("lang")
                .handle(exchange ->
                        show(exchange, exchange.path("guide") + "/" + exchange.path("part")));
    }

    private Reply show(Exchange exchange, String path) {
        Optional<GuideLanguage> asked = exchange.query("lang").flatMap(GuideLanguage::of);
        GuideLanguage language = asked.orElseGet(() -> remembered(exchange));
        GuideBook book =
                books.computeIfAbsent(
                        language, each -> GuideBook.read(docs.resolve(each.id()), BASE));
        GuidePage page = new GuidePage(BASE, book, language.id());
        String html =
                path.isEmpty()
                        ? page.index()
                        : page.chapter(book.find(path).orElseThrow(Ids::noSuchThing));
        return Reply.text(HTML, html)
                .with("Content-Security-Policy", POLICY)
                .with("Cache-Control", "no-cache")
                .with("Vary", "Accept-Language, Cookie")
                .with("Set-Cookie", asked.map(GuideRoutes::cookie).orElse(null));
    }

    private static GuideLanguage remembered(Exchange exchange) {
        Matcher cookie = COOKIE.matcher(exchange.header("cookie").orElse(""));
        return (cookie.find() ? GuideLanguage.of(cookie.group(1)) : Optional.<GuideLanguage>empty())
                .or(() -> GuideLanguage.of(exchange.language()))
                .orElse(GuideLanguage.ES);
    }

    private static String cookie(GuideLanguage language) {
        return "minga_lang=" + language.id() + "; Path=/docs; Max-Age=31536000; SameSite=Lax";
    }

    private static Reply style() {
        try (InputStream in = GuideRoutes.class.getResourceAsStream("guide.css")) {
            if (in == null) {
                throw Ids.noSuchThing();
            }
            return Reply.bytes("text/css; charset=utf-8", in.readAllBytes())
                    .with("Cache-Control", "public, max-age=3600");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
