package coop.minga.platform.contributions;

import coop.minga.platform.Ids;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Pages;
import coop.minga.platform.http.Reply;

/**
 * Serves the files of plugins' {@code ui} folders. Whatever asks for them, they run in an origin of
 * their own that reaches nothing: no cookies, no storage, no network beside these files.
 */
public final class ContributionPages implements Pages {

    static final String ROOT = "/plugin-ui/";

    /**
     * The sandbox stands here too, and not only at the frame's element: a page of a plugin that
     * somebody opens by its address is as powerless as one in its frame.
     */
    private static final String POLICY =
            "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self'"
                    + " 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'self'";

    private final Contributions contributions;
    private final Pages others;

    /**
     * @param others answers every other address
     */
    public ContributionPages(Contributions contributions, Pages others) {
        this.contributions = contributions;
        this.others = others;
    }

    @Override
    public Reply page(String path, String language, Exchange exchange) {
        if (!path.startsWith(ROOT)) {
            return others.page(path, language, exchange);
        }
        String[] parts = path.substring(ROOT.length()).split("/", 3);
        if (parts.length < 3) {
            // The host's own script for such pages.
            return powerless(others.page(path, language, exchange));
        }
        byte[] bytes =
                contributions.file(parts[0], parts[1], parts[2]).orElseThrow(Ids::noSuchThing);
        return powerless(Reply.bytes(UiFolder.mediaType(parts[2]), bytes))
                .with("Cache-Control", "private, max-age=31536000, immutable");
    }

    private static Reply powerless(Reply reply) {
        return reply.with("Content-Security-Policy", POLICY)
                .with("Referrer-Policy", "no-referrer")
                .with("X-DNS-Prefetch-Control", "off")
                // The frame's origin is opaque: to it even its own files are somebody else's.
                .with("Cross-Origin-Resource-Policy", "cross-origin")
                .with("Access-Control-Allow-Origin", "*");
    }
}
