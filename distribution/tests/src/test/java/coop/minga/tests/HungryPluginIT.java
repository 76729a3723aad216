package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

/** A plugin that takes all the memory there is, again and again. */
class HungryPluginIT {

    @Test
    void pluginThatTakesAllMemoryEndsTheHostIsNamedAndInTheEndHeldBack() {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            WildPlugins.hungry().write(minga.plugins().resolve("wild-hungry.jar"));
            for (int death = 1; death <= 3; death++) {
                minga.launch();
                assertThat(minga.ended()).as("exit code of an out-of-memory").isEqualTo(3);
            }
            assertThat(minga.output()).contains("while the code of wild-hungry ran");

            minga.start();
            assertThat(minga.output()).contains("Safe mode: plugin wild-hungry is not started");
            Caller admin = minga.setUp();
            JsonNode row = WildPluginsIT.plugin(admin, "wild-hungry.jar");
            assertThat(row.path("state").asText()).isEqualTo("failed");
            assertThat(row.path("reason").path("code").asText()).isEqualTo("held-back");
            assertThat(admin.get("/health/ready").must(200).text())
                    .contains("safe mode", "wild-hungry");
            Caller customer = minga.caller().signUp("rosa");
            String instance = customer.running(customer.plan("sandbox", "s"), "beside");
            customer.visit(instance).must(200);
        }
    }
}
