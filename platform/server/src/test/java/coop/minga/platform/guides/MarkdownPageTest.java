package coop.minga.platform.guides;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownPageTest {

    private static String html(String path, String markdown) {
        return new MarkdownPage("/docs/guide").chapter(path, markdown).html();
    }

    @ParameterizedTest
    @CsvSource({
        "hosting, plugins.md, /docs/guide/plugins",
        "plugins, plugins/compute-backend.md, /docs/guide/plugins/compute-backend",
        "plugins/event-listener, ../plugins.md#begin, /docs/guide/plugins#begin",
        "plugins/event-listener, compute-backend.md, /docs/guide/plugins/compute-backend",
        "plugins, distribution/docs/en/plugins/event-listener.md,"
                + " /docs/guide/plugins/event-listener",
        "plugins/event-listener, ../../../../PLUGIN_GUIDE.md#begin, /docs/guide/plugins#begin",
        "hosting, https://example.org/a.md, https://example.org/a.md",
        "hosting, /docs, /docs",
        "hosting, #money, #money",
    })
    void linksBetweenFilesBecomeLinksBetweenPages(String path, String written, String address) {
        assertThat(html(path, "[there](" + written + ")")).contains("href=\"" + address + "\"");
    }

    @Test
    void headingsCanBeLinkedToEvenWhenTheyAreTheSame() {
        assertThat(html("x", "# Qué hay\n\n## Money & more\n\n## Money & more\n"))
                .contains("<h1 id=\"qué-hay\">")
                .contains("<h2 id=\"money-more\">")
                .contains("<h2 id=\"money-more-2\">");
    }

    @Test
    void theFirstHeadingIsTheTitle() {
        Chapter chapter = new MarkdownPage("/g").chapter("a/b", "# Machines: `Backend`\n\ntext");
        assertThat(chapter.title()).isEqualTo("Machines: Backend");
        assertThat(chapter.depth()).isEqualTo(1);
    }

    @Test
    void markupAndScriptsInGuidesAreText() {
        assertThat(html("x", "a <script>b</script>\n\n[a](javascript:alert(1))"))
                .doesNotContain("<script>")
                .doesNotContain("javascript:");
    }

    @Test
    void codeThatScrollsCanBeReachedByTheKeyboard() {
        assertThat(html("x", "```java file=A.java\nclass A {}\n```"))
                .contains("<pre tabindex=\"0\">");
    }
}
