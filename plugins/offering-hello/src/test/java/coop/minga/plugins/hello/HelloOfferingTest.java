package coop.minga.plugins.hello;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.OfferingBlueprintContract;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

final class HelloOfferingTest extends OfferingBlueprintContract {

    @Override
    protected ProviderFactory<OfferingBlueprint> factory() {
        return new HelloOffering();
    }

    @Override
    protected List<Map<String, Object>> choices() {
        return List.of(Map.of(), Map.of("greeting", "Buenos días"));
    }

    @Test
    void greetingIsShownAsTextNotAsMarkup() {
        OfferingBlueprint hello = open();
        ProviderConfig chosen =
                read(hello.parameters(), Map.of("greeting", "<script>alert(1)</script> & co"));
        Workload workload =
                hello.plan(
                                ProviderConfig.empty(),
                                chosen,
                                new DeploymentFacts("hola", new Size(500, 128, 256), "es"))
                        .workload();
        assertThat(workload.files().getLast().content())
                .contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</h1>")
                .contains("lang=\"es\"");
    }
}
