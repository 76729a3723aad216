package coop.minga.platform.contributions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.Eventually;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Real jars that add to the pages, over real HTTP. */
class ContributionsIT {

    private static final String MANIFEST =
            """
            {"format": 1, "title": "@title", "icon": "hand.svg",
             "texts": {"en": {"title": "Sample"}, "es": {"title": "Muestra"}},
             "frames": [{"id": "tab", "slot": "instance.tab", "label": "@title",
                         "page": "pages/tab.html", "reads": ["instance"]}]}
            """;

    @TempDir Path folder;
    private PluginYard yard;
    private PluginService plugins;
    private TestHttp http;

    @BeforeEach
    void open() {
        yard = new PluginYard(folder);
        Contributions contributions = new Contributions();
        plugins = yard.service();
        plugins.observe(contributions);
        http =
                TestHttp.serving(
                        yard.database().db(),
                        new ContributionPages(
                                contributions,
                                (path, language, exchange) ->
                                        Reply.text("text/html; charset=utf-8", "<p>host")),
                        new ContributionRoutes(contributions));
    }

    @AfterEach
    void close() {
        plugins.close();
        http.close();
        yard.close();
    }

    private static SourceJar sample(String id, String manifest) {
        return SourceJar.offering(id)
                .entry("ui/ui-plugin.json", manifest.getBytes(StandardCharsets.UTF_8))
                .entry("ui/hand.svg", "<svg/>".getBytes(StandardCharsets.UTF_8))
                .entry("ui/pages/tab.html", "<p>tab".getBytes(StandardCharsets.UTF_8));
    }

    private TestClient customer() {
        return http.client(http.signIn());
    }

    private JsonNode additions() {
        return customer().get("/api/v1/contributions").json().at("/items");
    }

    @Test
    void additionsAreToldInTheReadersLanguageAndTheirFilesRunWithoutAnyPower() {
        yard.drop("sample.jar", sample("sample", MANIFEST));
        plugins.start();
        JsonNode one =
                customer()
                        .header("Accept-Language", "es")
                        .get("/api/v1/contributions")
                        .json()
                        .at("/items/0");
        assertThat(one.at("/plugin").asText()).isEqualTo("sample");
        assertThat(one.at("/title").asText()).isEqualTo("Muestra");
        assertThat(one.at("/offerings/0").asText()).isEqualTo("sample");
        assertThat(one.at("/icon").asText()).matches("/plugin-ui/sample/[0-9a-f]{16}/hand\\.svg");

        TestClient.Answer page = http.client().get(one.at("/frames/0/src").asText());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).isEqualTo("<p>tab");
        String policy = page.headers().get("content-security-policy");
        assertThat(policy)
                .startsWith("sandbox allow-scripts;")
                .contains("default-src 'none'")
                .contains("form-action 'none'")
                .contains("frame-ancestors 'self'")
                .doesNotContain("allow-same-origin")
                .doesNotContain("connect-src")
                .doesNotContain("unsafe-eval");
        assertThat(page.headers()).containsEntry("x-content-type-options", "nosniff");
        assertThat(page.headers()).containsEntry("referrer-policy", "no-referrer");
        assertThat(page.headers().get("cache-control")).contains("immutable");
        assertThat(page.headers()).doesNotContainKey("set-cookie");
    }

    @Test
    void nothingButTheUiFolderOfAPluginThatRunsIsServed() {
        yard.drop("sample.jar", sample("sample", MANIFEST));
        plugins.start();
        String src = additions().at("/0/frames/0/src").asText();
        String base = src.substring(0, src.lastIndexOf("pages/"));
        for (String wrong :
                new String[] {
                    "../META-INF/MANIFEST.MF",
                    "%2e%2e/META-INF/MANIFEST.MF",
                    "META-INF/MANIFEST.MF",
                    "sample/Offering.class",
                    "pages/",
                    "nothing.html"
                }) {
            assertThat(http.client().get(base + wrong).text())
                    .as(wrong)
                    .doesNotContain("Plugin-Id");
            assertThat(http.client().get(base + wrong).status()).as(wrong).isIn(400, 404);
        }
        assertThat(http.client().get("/plugin-ui/sample/0000000000000000/hand.svg").status())
                .isEqualTo(404);

        yard.delete("sample.jar");
        Eventually.until("it adds nothing any more", () -> additions().isEmpty());
        assertThat(http.client().get(src).status()).isEqualTo(404);
    }

    @Test
    void brokenManifestIsLeftOutWithAReasonAndThePluginRuns() {
        yard.drop("broken.jar", sample("broken", MANIFEST.replace("tab.html", "none.html")));
        yard.drop("sample.jar", sample("sample", MANIFEST));
        yard.drop(
                "strange.jar",
                sample("strange", MANIFEST).entry("ui/tool.exe", new byte[] {1, 2, 3}));
        yard.drop("large.jar", sample("large", MANIFEST).entry("ui/big.png", noise(3 << 20)));
        yard.drop("plain.jar", SourceJar.offering("plain"));
        plugins.start();
        assertThat(plugins.list()).allSatisfy(view -> assertThat(view.reason()).isNull());
        assertThat(additions().findValuesAsText("plugin")).containsExactly("sample");

        JsonNode reports =
                http.client(http.signIn(Role.SUPPORT))
                        .header("Accept-Language", "en")
                        .get("/api/v1/admin/contributions")
                        .json()
                        .at("/items");
        assertThat(reports.findValuesAsText("plugin"))
                .containsExactly("broken", "large", "sample", "strange");
        assertThat(reports.at("/0/state").asText()).isEqualTo("failed");
        assertThat(reports.at("/0/reason/text").asText())
                .isEqualTo(
                        "ui/ui-plugin.json at /frames/0/page: there is no page ui/pages/none.html"
                                + " in the jar.");
        assertThat(reports.at("/1/reason/text").asText()).contains("2 MiB");
        assertThat(reports.at("/2/state").asText()).isEqualTo("ready");
        assertThat(reports.at("/3/reason/text").asText()).contains("ui/tool.exe");
    }

    @Test
    void strangersAreToldNothing() {
        assertThat(http.client().get("/api/v1/contributions").status()).isEqualTo(401);
        assertThat(customer().get("/api/v1/admin/contributions").status()).isEqualTo(403);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new java.util.Random(1).nextBytes(bytes);
        return bytes;
    }
}
