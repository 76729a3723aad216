package coop.minga.plugin.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

final class PluginManifestTest {

    private final Map<String, String> lines = new LinkedHashMap<>();

    PluginManifestTest() {
        lines.put("Plugin-Id", "compute-docker");
        lines.put("Plugin-Version", "1.2.3");
        lines.put("Plugin-Requires", ">=0.1.0 & <1.0.0");
        lines.put("Plugin-Provider", "Minga");
        lines.put("Plugin-License", "Apache-2.0");
        lines.put("Minga-Kinds", "compute, offering");
        lines.put("Minga-Hosts", "api.example.com, *.example.org:8443");
    }

    private PluginManifest read() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        lines.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        return PluginManifest.of(manifest);
    }

    @Test
    void completeManifestIsRead() {
        lines.put("Plugin-Dependencies", "other@>=1 & <2, more?");
        PluginManifest manifest = read();
        assertThat(manifest.id()).isEqualTo("compute-docker");
        assertThat(manifest.version()).hasToString("1.2.3");
        assertThat(manifest.kinds()).containsExactlyInAnyOrder(Kind.COMPUTE, Kind.OFFERING);
        assertThat(manifest.hosts()).containsExactly("api.example.com", "*.example.org:8443");
        assertThat(manifest.dependencies())
                .extracting(PluginManifest.Dependency::id, PluginManifest.Dependency::optional)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("other", false),
                        org.assertj.core.groups.Tuple.tuple("more", true));
    }

    @Test
    void noHostsMeansNone() {
        lines.put("Minga-Hosts", "");
        assertThat(read().hosts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Plugin-Id",
                "Plugin-Version",
                "Plugin-Requires",
                "Plugin-Provider",
                "Plugin-License",
                "Minga-Kinds"
            })
    void whatIsMissingIsNamed(String name) {
        lines.remove(name);
        assertThatThrownBy(this::read)
                .isInstanceOf(PluginRejected.class)
                .hasMessageContaining("lacks '" + name + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "Plugin-Id, Has Space",
        "Plugin-Id, ../up",
        "Plugin-Version, not a version",
        "Plugin-Requires, >=0.1.0",
        "Plugin-Requires, nonsense",
        "Plugin-Class, not a class",
        "Plugin-License, ${plugin.license}",
        "Minga-Kinds, teleport",
        "Minga-Kinds, 'compute,'",
        "Minga-Hosts, https://api.example.com",
        "Minga-Hosts, 'a b'",
        "Plugin-Dependencies, other@nonsense",
    })
    void whatIsMalformedIsNamed(String name, String value) {
        lines.put(name, value);
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        PluginRejected.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(PluginRejected.Code.BAD_MANIFEST);
                            assertThat(e.reason().in("en")).contains(name);
                            assertThat(e.reason().in("es")).contains(name);
                        });
    }

    @Test
    void slipInAnAttributeIsGuessed() {
        lines.put("Minga-Kind", "compute");
        assertThatThrownBy(this::read).hasMessageContaining("did you mean 'Minga-Kinds'");
    }
}
