package coop.minga.platform.contributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

class ManifestReaderTest {

    private static final String GOOD =
            """
            {
              "format": 1,
              "title": "@title",
              "icon": "hand.svg",
              "texts": {
                "en": {"title": "Hello", "tab": "Greeting"},
                "es": {"title": "Hola", "tab": "Saludo"}
              },
              "labels": {"kind.hello": "@title"},
              "columns": [{"id": "c", "list": "instances", "label": "@tab", "value": "/config/greeting"}],
              "tiles": [{"id": "t", "label": "@tab", "icon": "server", "count": "running"}],
              "frames": [{"id": "f", "slot": "instance.tab", "label": "@tab", "page": "tab.html",
                          "height": 200, "reads": ["instance"]}]
            }
            """;

    private static UiFolder folder(String manifest) {
        return new UiFolder(
                Map.of(
                        UiFolder.MANIFEST,
                        manifest.getBytes(StandardCharsets.UTF_8),
                        "hand.svg",
                        new byte[] {1},
                        "tab.html",
                        new byte[] {1}));
    }

    @Test
    void goodManifestIsReadWithItsTextsInEveryLanguage() {
        UiManifest manifest = ManifestReader.read(folder(GOOD));
        assertThat(manifest.text(manifest.title()).in("es")).isEqualTo("Hola");
        assertThat(manifest.text(manifest.title()).in("en")).isEqualTo("Hello");
        assertThat(manifest.allFrames()).hasSize(1);
        assertThat(manifest.allFrames().getFirst().reads()).containsExactly("instance");
    }

    @Test
    void manifestNeedsNothingButATitle() {
        UiManifest manifest =
                ManifestReader.read(
                        folder(
                                "{\"format\":1,\"title\":\"@t\",\"texts\":"
                                        + "{\"en\":{\"t\":\"A\"},\"es\":{\"t\":\"A\"}}}"));
        assertThat(manifest.allFrames()).isEmpty();
        assertThat(manifest.allColumns()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\": 1 | \"format\": 2 | at /format: this host reads format 1",
                "\"columns\" | \"colums\" | did you mean 'columns'",
                "\"title\": \"@title\" | \"title\": \"Hello\" | at /title: write @key",
                "\"title\": \"@title\" | \"title\": \"@no\" | at /title: write @key",
                "\"icon\": \"hand.svg\" | \"icon\": \"foot.svg\" | there is no picture ui/foot.svg",
                "\"tab\": \"Saludo\" | \"tob\": \"Saludo\" | not in every language",
                "\"es\": | \"qu\": | the language 'es' is missing",
                "/config/greeting | /order_id | does not have the form",
                "/config/greeting | /config/../x/y/z/é | does not have the form",
                "\"instances\" | \"accounts\" | it must be one of: instances",
                "\"count\": \"running\" | \"count\": \"secret\" | at /tiles/0/count",
                "instance.tab | admin.page | at /frames/0/slot",
                "tab.html | gone.html | there is no page ui/gone.html",
                "\"height\": 200 | \"height\": 20000 | at /frames/0/height",
                "\"height\": 200 | \"height\": \"200\" | at /frames/0/height: the value has the"
                        + " wrong form",
                "[\"instance\"] | [\"account\"] | at /frames/0/reads/0",
                "\"id\": \"t\" | \"id\": \"c\" | this id is there twice",
                "\"id\": \"t\" | \"id\": \"../t\" | at /tiles/0/id",
                "kind.hello | nav.home | at /labels",
                "\"format\": 1 | \"format\": 1, \"format\": 1 | twice",
                "\"frames\" | \"modules\" | this key is not known",
                "\"Hello\" | \"\" | a text has 1 to 300 characters",
            })
    void whateverIsWrongIsNamedWithItsPlace(String written, String instead, String said) {
        assertThat(GOOD).contains(written);
        assertThatThrownBy(() -> ManifestReader.read(folder(GOOD.replace(written, instead))))
                .isInstanceOf(ManifestRefused.class)
                .hasMessageContaining(said);
    }

    @Test
    void sampleInOurSourcesIsGood() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (Stream<Path> ui =
                Files.list(Path.of("../../plugins/offering-hello/src/main/resources/ui"))) {
            for (Path file : ui.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        UiManifest manifest = ManifestReader.read(new UiFolder(files));
        assertThat(manifest.allFrames()).hasSize(1);
    }

    @Test
    void noJsonIsSaidToBeNone() {
        assertThatThrownBy(() -> ManifestReader.read(folder("{\"format\": 1,\n oops")))
                .isInstanceOf(ManifestRefused.class)
                .hasMessageContaining("no JSON")
                .hasMessageContaining("line 2");
    }
}
