package coop.minga.platform.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class HintsTest {

    private static final ProviderDescriptor GOOD =
            ProviderDescriptor.of(
                    "good", Kind.OFFERING, Text.of("Good"), Text.of("It is good.", "Es bueno."));

    @TempDir private Path target;

    private List<String> hints(ProviderDescriptor descriptor) {
        return new Hints(target, target.resolve("scratch"))
                .about(List.of(descriptor)).stream().map(hint -> hint.in("en")).toList();
    }

    private void tested(String... contracts) throws IOException {
        Path classes = Files.createDirectories(target.resolve("test-classes/org/example"));
        for (String contract : contracts) {
            Files.writeString(
                    classes.resolve(contract + "Test.class"),
                    "coop/minga/plugin/testkit/" + contract);
        }
    }

    @Test
    void aTestedPluginThatSpeaksBothLanguagesGetsNone() throws IOException {
        tested("OfferingBlueprintContract", "PluginJarContract");
        assertThat(hints(GOOD)).isEmpty();
    }

    @Test
    void missingContractTestsAreNamed() throws IOException {
        tested("PluginJarContract");
        assertThat(hints(GOOD))
                .containsExactly("no test extends OfferingBlueprintContract of the contract kit");
    }

    @Test
    void missingWordsAndSchemasThatMakeNoSenseAreNamed() throws IOException {
        tested("OfferingBlueprintContract", "PluginJarContract");
        ProviderDescriptor odd =
                ProviderDescriptor.of(
                                "odd", Kind.OFFERING, Text.of("Odd"), Text.of("Only English."))
                        .withSchema(
                                ConfigSchema.of(
                                        Field.of("size", FieldType.integer(9, 1), Text.of("Size"))
                                                .explained(Text.of("How large."))));
        assertThat(hints(odd))
                .containsExactly(
                        "odd has no Spanish for summary, size.help",
                        "odd, settings: 'size': the bounds are crossed");
    }

    @Test
    void failedTestsOfTheLastRunAreCounted() throws IOException {
        tested("OfferingBlueprintContract", "PluginJarContract");
        Files.createDirectories(target.resolve("surefire-reports"));
        Files.writeString(
                target.resolve("surefire-reports/a.txt"),
                "Tests run: 14, Failures: 1, Errors: 2, Skipped: 0, Time elapsed: 1 s");
        assertThat(hints(GOOD))
                .singleElement()
                .asString()
                .startsWith("3 tests of the last run failed");
    }
}
