package coop.minga.platform.guides;

import coop.minga.plugin.api.Text;

/** The frame around a guide: plain HTML, readable without scripts. */
final class GuidePage {

    private static final Text GUIDES = Text.of("Guides", "Guías");
    private static final Text SKIP = Text.of("Skip to content", "Saltar al contenido");
    private static final Text API = Text.of("API reference", "Referencia de la API");
    private static final Text LANGUAGE = Text.of("Language", "Idioma");
    private static final Text LEAD =
            Text.of(
                    "How to run a Minga, and how to write plugins for it.",
                    "Cómo llevar un Minga y cómo escribir plugins para él.");
    private static final Text EMPTY =
            Text.of(
                    "The guides are not part of this installation: the folder docs is missing.",
                    "Las guías no son parte de esta instalación: falta la carpeta docs.");

    private static final String FRAME =
            """
            <!doctype html>
            <html lang="%1$s">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>%2$s · Minga</title>
            <link rel="icon" type="image/svg+xml" href="/favicon.svg">
            <link rel="stylesheet" href="%3$s/style.css">
            </head>
            <body>
            <a class="skip" href="#app">%4$s</a>
            <header>
            <a class="brand" href="/">Minga</a>
            <nav class="places" aria-label="Minga"><a href="%3$s">%5$s</a> <a href="/docs">%6$s</a></nav>
            <nav class="languages" aria-label="%7$s">%8$s</nav>
            </header>
            <div class="frame">
            <nav class="chapters" aria-label="%5$s"><ul>
            %9$s</ul></nav>
            <main id="app" tabindex="-1">
            %10$s</main>
            </div>
            </body>
            </html>
            """;

    private final String base;
    private final GuideBook book;
    private final String language;

    GuidePage(String base, GuideBook book, String language) {
        this.base = base;
        this.book = book;
        this.language = language;
    }

    /** What there is to read. */
    String index() {
        StringBuilder content = new StringBuilder("<h1>").append(in(GUIDES)).append("</h1>\n");
        content.append("<p>").append(in(book.chapters().isEmpty() ? EMPTY : LEAD)).append("</p>\n");
        if (!book.chapters().isEmpty()) {
            content.append("<ul>\n").append(chapters("")).append("</ul>\n");
        }
        return framed(GUIDES.in(language), "", content.toString());
    }

    String chapter(Chapter chapter) {
        return framed(chapter.title(), chapter.path(), chapter.html());
    }

    private String framed(String title, String path, String content) {
        return FRAME.formatted(
                language,
                escaped(title),
                base,
                in(SKIP),
                in(GUIDES),
                in(API),
                in(LANGUAGE),
                languages(path),
                chapters(path),
                content);
    }

    private String chapters(String current) {
        StringBuilder list = new StringBuilder();
        for (Chapter chapter : book.chapters()) {
            list.append(chapter.depth() == 0 ? "<li>" : "<li class=\"part\">")
                    .append(link(chapter.path(), chapter.title(), chapter.path().equals(current)))
                    .append("</li>\n");
        }
        return list.toString();
    }

    private String link(String path, String title, boolean current) {
        return "<a href=\""
                + base
                + "/"
                + escaped(path)
                + "\""
                + (current ? " aria-current=\"page\"" : "")
                + ">"
                + escaped(title)
                + "</a>";
    }

    private String languages(String path) {
        String address = path.isEmpty() ? base : base + "/" + path;
        StringBuilder list = new StringBuilder();
        for (GuideLanguage each : GuideLanguage.values()) {
            boolean current = each.id().equals(language);
            list.append("<a lang=\"").append(each.id()).append("\" hreflang=\"").append(each.id());
            list.append("\" href=\"").append(escaped(address)).append("?lang=").append(each.id());
            list.append(current ? "\" aria-current=\"true\">" : "\">");
            list.append(each.ownName()).append("</a> ");
        }
        return list.toString();
    }

    private String in(Text text) {
        return escaped(text.in(language));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
