package coop.minga.plugins.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.OfferingBlueprintContract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

final class ContainerOfferingTest extends OfferingBlueprintContract {
    private static final String DIGEST = "sha256:" + "a1".repeat(32);

    @Override
    protected ProviderFactory<OfferingBlueprint> factory() {
        return new ContainerOffering();
    }

    @Override
    protected Map<String, Object> product() {
        return Map.of("image", "minga/hello:1", "allowed_images", "minga/.*");
    }

    @Override
    protected List<Map<String, Object>> choices() {
        return List.of(
                Map.of(),
                Map.of(
                        "image", "minga/other:2",
                        "port", 8080,
                        "env", "A=1\n# a remark\n\nB=x=y z",
                        "command", "/bin/httpd\n-f\n-p\n8080",
                        "volumes", "/data\n/var/lib/thing/",
                        "outbound", false));
    }

    @Test
    void choicesBecomeTheWorkload() {
        DeploymentSpec spec = plan(product(), choices().get(1), "en");
        Workload workload = spec.workload();
        assertThat(spec.needs()).containsExactlyInAnyOrder(Need.OCI_IMAGE, Need.LOGS, Need.CONSOLE);
        assertThat(workload.image()).contains("minga/other:2");
        assertThat(workload.command()).containsExactly("/bin/httpd", "-f", "-p", "8080");
        assertThat(workload.ports())
                .containsExactly(new Workload.Port("web", 8080, Workload.Protocol.HTTP));
        assertThat(workload.volumes())
                .containsExactly(
                        new Workload.Volume("data1", "/data", 1024),
                        new Workload.Volume("data2", "/var/lib/thing", 1024));
        assertThat(workload.outbound()).isFalse();
        assertThat(spec.environment()).isEqualTo(Map.of("A", "1", "B", "x=y z"));
    }

    @Test
    void emptyChoicesAreTheImagesOwn() {
        Workload workload = plan(Map.of("image", DIGEST), Map.of(), "en").workload();
        assertThat(workload.image()).contains(DIGEST);
        assertThat(workload.command()).isEmpty();
        assertThat(workload.ports().getFirst().number()).isEqualTo(80);
        assertThat(workload.outbound()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx",
                "nginx:1.27-alpine",
                "docker.io/library/nginx:latest",
                "registry.example.org:5000/team/app_x:v1",
                "ghcr.io/a/b@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
            })
    void usualReferencesAreTaken(String image) {
        assertThat(plan(Map.of("image", image), Map.of(), "en").workload().image()).contains(image);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nginx",
                "Team/app",
                "nginx:",
                "nginx@sha256:abc",
                "../etc",
                "a b",
                "http://x/y",
                "x/y?z=1",
                "-rm"
            })
    void nonsenseIsNoImage(String image) {
        assertRefused(Map.of("image", image), Map.of(), "is no image");
    }

    @Test
    void imagesOutsideTheProductAreRefused() {
        assertRefused(Map.of("image", "a:1"), Map.of("image", "b:1"), "not among those");
        assertRefused(product(), Map.of("image", "evil/x"), "not among those");
        // The whole reference must match, not a part of it.
        assertRefused(product(), Map.of("image", "evil.example/minga/x"), "not among those");
        assertThat(plan(Map.of("image", "a:1"), Map.of("image", "a:1"), "en").workload().image())
                .contains("a:1");
    }

    @Test
    void productWithoutImageSaysSo() {
        assertRefused(Map.of(), Map.of(), "has no image");
    }

    @Test
    void brokenPatternOfTheOperatorIsSaidNotThrown() {
        assertRefused(
                Map.of("image", "a:1", "allowed_images", "(("), Map.of("image", "b:1"), "broken");
    }

    @Test
    void operatorsBanOnOutgoingConnectionsWins() {
        assertThat(
                        plan(
                                        Map.of("image", "a:1", "allow_outbound", false),
                                        Map.of("outbound", true),
                                        "en")
                                .workload()
                                .outbound())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "=x", "1A=x", "A B=x", "A-B=x", "Ñ=x"})
    void brokenVariablesAreNamedByLineOnly(String line) {
        assertThatThrownBy(() -> plan(product(), Map.of("env", "OK=1\n" + line + "secret"), "en"))
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("Line 2")
                .hasMessageNotContaining("secret");
    }

    @Test
    void variableSetTwiceIsRefused() {
        assertRefused(product(), Map.of("env", "A=1\nA=2"), "A is set twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/etc",
                "/proc/sys",
                "/dev/shm",
                "data",
                "/a/../etc",
                "/a/.",
                "/a b",
                "/ñ",
                "/a\n/a"
            })
    void volumesOverTheSystemOrOutOfShapeAreRefused(String volumes) {
        assertThatThrownBy(() -> plan(product(), Map.of("volumes", volumes), "en"))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.INVALID_REQUEST));
    }

    @Test
    void refusalsSpeakTheCustomersLanguage() {
        assertThatThrownBy(() -> plan(product(), Map.of("env", "A"), "es"))
                .hasMessageContaining("La línea 1 de las variables");
        assertThatThrownBy(() -> plan(product(), Map.of("env", "A"), "pt"))
                .hasMessageContaining("Line 1 of the variables");
    }

    private DeploymentSpec plan(
            Map<String, Object> product, Map<String, Object> choices, String language) {
        OfferingBlueprint blueprint = open();
        return blueprint.plan(
                read(blueprint.productSchema(), product),
                read(blueprint.parameters(), choices),
                new DeploymentFacts("my-thing", new Size(500, 256, 2048), language));
    }

    private void assertRefused(
            Map<String, Object> product, Map<String, Object> choices, String words) {
        assertThatThrownBy(() -> plan(product, choices, "en"))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.INVALID_REQUEST);
                            assertThat(e.getMessage()).contains(words);
                        });
    }
}
