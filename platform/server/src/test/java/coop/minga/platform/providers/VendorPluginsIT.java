package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.plugins.PluginState;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Thirty plugins that carry real vendors' libraries in versions that do not agree. */
@SuppressWarnings("NullAway.Init")
final class VendorPluginsIT {

    private static final int OF_EACH = 6;

    @TempDir Path folder;

    @Test
    void thirtyPluginsWithLibrariesThatDoNotAgreeRunSideBySideAndEachReachesItsVendor()
            throws Exception {
        Map<String, Function<String, SourceJar>> kinds = new LinkedHashMap<>();
        Map<String, String> answers = new LinkedHashMap<>();
        kinds.put("stripe", VendorPlugins::stripe);
        answers.put("stripe", "cus_1");
        kinds.put("paypal", VendorPlugins::paypal);
        answers.put("paypal", "O1");
        kinds.put("aws", VendorPlugins::aws);
        answers.put("aws", "123");
        kinds.put("jackson", VendorPlugins::jackson);
        // The host itself has another version.
        answers.put("jackson", "json 2.12.7");
        kinds.put("jaxb", VendorPlugins::jaxb);
        answers.put("jaxb", "xml");
        try (VendorPlugins vendors = new VendorPlugins();
                ProviderYard house = new ProviderYard(folder)) {
            kinds.forEach((name, jar) -> {
                for (int i = 0; i < OF_EACH; i++) {
                    house.yard().drop(name + "-" + i + ".jar", jar.apply(name + "-" + i));
                }
            });
            house.start();
            assertThat(house.plugins().list())
                    .hasSize(kinds.size() * OF_EACH)
                    .allMatch(view -> view.state() == PluginState.STARTED);
            int before = vendors.asked();
            answers.forEach((name, answer) -> {
                for (int i = 0; i < OF_EACH; i++) {
                    Outcome<String> outcome =
                            ProviderYard.ask(house.offering(name + "-" + i).orElseThrow());
                    assertThat(outcome.answer()).as(name + ": " + outcome).contains(answer);
                }
            });
            assertThat(vendors.asked() - before).isGreaterThanOrEqualTo(kinds.size() * OF_EACH);
        }
    }
}
