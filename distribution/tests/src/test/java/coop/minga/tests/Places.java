package coop.minga.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Every place of the UI that has an address. The patterns are read from the UI's own table of
 * routes, so that a new page cannot be forgotten here.
 */
final class Places {

    private static final Pattern ROUTE =
            Pattern.compile("path: '([^']+)',\\s+shell: '(public|console|admin)'");

    /**
     * An address to look at.
     *
     * @param name short, for pictures and messages
     * @param shell {@code public} is for visitors without an account
     */
    record Place(String name, String path, String shell) {}

    private Places() {}

    /**
     * @param instance the id of an instance the visitor owns
     * @param account the id of a customer
     * @param invoice the id of a document of the visitor's
     */
    static List<Place> all(String instance, String account, String invoice) {
        String machine = "/instances/" + instance;
        // What a pattern stands for: real ids, and the sections that have addresses of their own.
        Map<String, List<String>> known =
                Map.of(
                        "/instances/:id",
                                List.of(
                                        machine,
                                        machine + "?watch",
                                        machine + "?tab=logs",
                                        machine + "?tab=console",
                                        machine + "?tab=events",
                                        machine + "?tab=settings"),
                        "/invoices/:id", List.of("/invoices/" + invoice),
                        "/account",
                                List.of(
                                        "/account?tab=security",
                                        "/account?tab=ssh-keys",
                                        "/account?tab=tokens",
                                        "/account?tab=preferences"),
                        "/admin/customers/:id", List.of("/admin/customers/" + account),
                        "/admin/plugins",
                                List.of(
                                        "/admin/plugins",
                                        "/admin/plugins?tab=updates",
                                        "/admin/plugins?tab=points",
                                        "/admin/plugins?tab=providers"),
                        "/admin/plugins/:id", List.of("/admin/plugins/compute-sandbox"),
                        "/admin/schema-preview",
                                List.of(
                                        "/admin/schema-preview",
                                        "/admin/schema-preview?plugin=compute-docker",
                                        "/admin/schema-preview?form=pasted"),
                        "/admin/providers/:kind/:name",
                                List.of(
                                        "/admin/providers/compute/bubblewrap",
                                        "/admin/providers/compute/another?factory=docker"));
        List<Place> places = new ArrayList<>();
        var routes = ROUTE.matcher(table());
        while (routes.find()) {
            String pattern = routes.group(1);
            List<String> paths = known.getOrDefault(pattern, List.of(pattern));
            for (String path : paths) {
                if (path.contains(":")) {
                    throw new AssertionError("nobody says what " + pattern + " stands for");
                }
                places.add(new Place(name(pattern, path), path, routes.group(2)));
            }
        }
        if (places.size() < 24) {
            throw new AssertionError("the table of routes is not read any more: " + places);
        }
        places.add(new Place("lost", "/nowhere", "public"));
        // The guides are pages of the server's own.
        places.add(new Place("guides", "/docs/guide", "public"));
        places.add(new Place("guides-plugins", "/docs/guide/plugins", "public"));
        places.add(new Place("guides-compute", "/docs/guide/plugins/compute-backend", "public"));
        return places;
    }

    private static String name(String pattern, String path) {
        String base = pattern.equals("/") ? "landing" : pattern.replaceAll("/?:\\w+", "-one");
        String query = path.contains("?") ? path.substring(path.indexOf('?')) : "";
        return (base + query.replaceAll("\\w+=", ""))
                .replaceAll("[^a-z-]+", "-")
                .replaceAll("^-", "");
    }

    private static String table() {
        try {
            return Files.readString(Words.SOURCES.resolve("routes.ts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
