package coop.minga.platform.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Supplier;

/** The API description and its readable page, served from the jar. */
public final class DocsRoutes implements Routes {

    private static final Map<String, String> FILES =
            Map.of(
                    "swagger-ui.css", "text/css; charset=utf-8",
                    "swagger-ui-bundle.js", "text/javascript; charset=utf-8");

    private static final String PAGE =
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Minga API</title>
            <link rel="stylesheet" href="/docs/files/swagger-ui.css">
            </head>
            <body>
            <nav aria-label="Minga">
            <a href="/">Minga</a> · <a href="/docs/guide" lang="en">Guides</a> · <a href="/docs/guide" lang="es">Guías</a>
            </nav>
            <main id="api"></main>
            <script src="/docs/files/swagger-ui-bundle.js"></script>
            <script src="/docs/start.js"></script>
            </body>
            </html>
            """;

    private static final String START =
            """
            SwaggerUIBundle({ url: '/openapi.json', domNode: document.getElementById('api'), deepLinking: true });
            """;

    /**
     * Its own policy: the viewer styles itself inline and draws with data images, but loads nothing
     * from elsewhere.
     */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src"
                    + " 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private final Supplier<Map<String, Object>> description;

    /**
     * @param description the document, asked for at the first request because it lists every route,
     *     these included
     */
    public DocsRoutes(Supplier<Map<String, Object>> description) {
        this.description = description;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/openapi.json", Access.everyone())
                .summary("This API, described as OpenAPI 3.1")
                .handle(exchange -> Reply.ok(description.get()).with("Cache-Control", "no-cache"));
        table.get("/docs", Access.everyone())
                .summary("This API, as a page")
                .handle(exchange ->
                        Reply.text("text/html; charset=utf-8", PAGE)
                                .with("Content-Security-Policy", POLICY));
        table.get("/docs/start.js", Access.everyone())
                .summary("Part of the page")
                .handle(exchange -> Reply.text("text/javascript; charset=utf-8", START));
        table.get("/docs/files/{name}", Access.everyone())
                .summary("Part of the page")
                .handle(exchange -> file(exchange.path("name")));
    }

    private static Reply file(String name) {
        String type = FILES.get(name);
        if (type == null) {
            throw coop.minga.platform.Ids.noSuchThing();
        }
        String path = "META-INF/resources/webjars/swagger-ui/" + SwaggerUi.VERSION + "/" + name;
        try (InputStream in = DocsRoutes.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw coop.minga.platform.Ids.noSuchThing();
            }
            return Reply.bytes(type, in.readAllBytes())
                    .with("Cache-Control", "public, max-age=86400");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The viewer's version, which is part of its path in the jar; kept in step with the pom by a
     * test.
     */
    static final class SwaggerUi {
        static final String VERSION = "5.34.1";

        private SwaggerUi() {}
    }
}
