package coop.minga.platform.guides;

import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Turns a guide's Markdown into HTML: headings that can be linked to, links between guides. */
final class MarkdownPage {

    /** How the author's guide, which lies at the root of the repository, names its neighbours. */
    private static final Pattern FROM_THE_ROOT =
            Pattern.compile("^(\\.\\./)*distribution/docs/[a-z]{2}/");

    /** Where that guide lies, seen from its neighbours. */
    private static final Pattern AUTHORS_GUIDE = Pattern.compile("(\\.\\./)*PLUGIN_GUIDE\\.md");

    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final List<TablesExtension> extensions =
            List.of((TablesExtension) TablesExtension.create());
    private final Parser parser = Parser.builder().extensions(extensions).build();
    private final HtmlRenderer renderer =
            HtmlRenderer.builder()
                    .extensions(extensions)
                    .escapeHtml(true)
                    .sanitizeUrls(true)
                    .attributeProviderFactory(context -> new Attributes())
                    .build();
    private final String base;

    /**
     * @param base where the guides' addresses begin
     */
    MarkdownPage(String base) {
        this.base = base;
    }

    /**
     * @param path the guide's own address below {@code base}
     */
    Chapter chapter(String path, String markdown) {
        Node document = parser.parse(markdown);
        document.accept(
                new AbstractVisitor() {
                    @Override
                    public void visit(Link link) {
                        link.setDestination(target(path, link.getDestination()));
                        visitChildren(link);
                    }
                });
        return new Chapter(path, title(document, path), renderer.render(document));
    }

    private String target(String path, String written) {
        URI link = URI.create(written);
        String file = link.getPath();
        if (link.isAbsolute() || file == null || !file.endsWith(".md")) {
            return written;
        }
        if (AUTHORS_GUIDE.matcher(file).matches()) {
            return base + "/plugins" + fragment(link);
        }
        boolean fromRoot = FROM_THE_ROOT.matcher(file).find();
        String name = FROM_THE_ROOT.matcher(file).replaceFirst("");
        URI own = URI.create("/" + (fromRoot ? "" : path));
        String address = own.resolve(name.substring(0, name.length() - 3)).getPath();
        return base + address + fragment(link);
    }

    private static String fragment(URI link) {
        return link.getFragment() == null ? "" : "#" + link.getFragment();
    }

    private static String title(Node document, String fallback) {
        for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading && heading.getLevel() == 1) {
                return words(heading);
            }
        }
        return fallback;
    }

    private static String words(Node node) {
        StringBuilder words = new StringBuilder();
        node.accept(
                new AbstractVisitor() {
                    @Override
                    public void visit(Text text) {
                        words.append(text.getLiteral());
                    }

                    @Override
                    public void visit(Code code) {
                        words.append(code.getLiteral());
                    }
                });
        return words.toString();
    }

    /** The names headings are linked by, counted where two are the same. */
    private static final class Attributes implements AttributeProvider {

        private final Map<String, Integer> seen = new HashMap<>();

        @Override
        public void setAttributes(Node node, String tagName, Map<String, String> attributes) {
            if (node instanceof Heading heading) {
                String name =
                        NO_WORD.matcher(words(heading).toLowerCase(Locale.ROOT))
                                .replaceAll("-")
                                .replaceAll("^-|-$", "");
                int count = seen.merge(name, 1, Integer::sum);
                attributes.put("id", count == 1 ? name : name + "-" + count);
            } else if (node instanceof FencedCodeBlock && tagName.equals("pre")) {
                // It scrolls sideways, so it has to be reached by the keyboard.
                attributes.put("tabindex", "0");
            }
        }
    }
}
