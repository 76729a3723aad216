package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Durations;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.loader.config.SchemaCheck;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What an offering keeps to: its plan is a pure function that has an answer for everything its
 * schemas admit. Supply a factory, and values where the schemas need any.
 */
public abstract class OfferingBlueprintContract extends ProviderFactoryContract<OfferingBlueprint> {

    private static final long SEED = 20_261_101L;
    private static final int ROUNDS = 200;

    /** Raw values of a product, for example which image it sells. */
    protected Map<String, Object> product() {
        return Map.of();
    }

    /** Raw values a customer may choose; each is planned. */
    protected List<Map<String, Object>> choices() {
        return List.of(Map.of());
    }

    private static DeploymentFacts facts() {
        return new DeploymentFacts("my-thing", new Size(1000, 512, 2048), "en");
    }

    private ProviderConfig readProduct(OfferingBlueprint blueprint) {
        return read(blueprint.productSchema(), product());
    }

    @Test
    public void schemasMakeSenseAndSpeakBothLanguages() {
        OfferingBlueprint blueprint = open();
        for (ConfigSchema schema : List.of(blueprint.parameters(), blueprint.productSchema())) {
            assertThat(SchemaCheck.problems(schema)).isEmpty();
            requireBothLanguages(schema);
        }
        assertThat(blueprint.parameters()).isEqualTo(open().parameters());
        assertThat(blueprint.productSchema()).isEqualTo(open().productSchema());
    }

    @Test
    public void unknownChoiceIsRefused() {
        OfferingBlueprint blueprint = open();
        for (Map<String, Object> choice : choices()) {
            Map<String, Object> raw = new LinkedHashMap<>(choice);
            raw.put("zz_no_such_choice", "x");
            assertThat(ConfigReader.read(blueprint.parameters(), raw))
                    .isInstanceOf(Reading.Invalid.class);
        }
    }

    @Test
    public void everyExampleHasAUsablePlan() {
        OfferingBlueprint blueprint = open();
        for (Map<String, Object> choice : choices()) {
            ProviderConfig parameters = read(blueprint.parameters(), choice);
            requireUsable(blueprint.plan(readProduct(blueprint), parameters, facts()));
        }
    }

    @Test
    public void samePlanForSameInputs() {
        OfferingBlueprint one = open();
        OfferingBlueprint other = open(context("other-host"), config());
        for (Map<String, Object> choice : choices()) {
            ProviderConfig parameters = read(one.parameters(), choice);
            DeploymentSpec first = one.plan(readProduct(one), parameters, facts());
            assertThat(one.plan(readProduct(one), parameters, facts())).isEqualTo(first);
            assertThat(other.plan(readProduct(other), parameters, facts())).isEqualTo(first);
            for (DeploymentSpec parallel :
                    fromEightThreads(() -> one.plan(readProduct(one), parameters, facts()))) {
                assertThat(parallel).isEqualTo(first);
            }
        }
    }

    @Test
    public void everyAdmittedInputHasAPlanOrAReason() {
        OfferingBlueprint blueprint = open();
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Object> raw = admitted(blueprint.parameters(), random);
            if (!(ConfigReader.read(blueprint.parameters(), raw) instanceof Reading.Valid valid)) {
                continue;
            }
            DeploymentFacts facts =
                    new DeploymentFacts(
                            "n-" + round,
                            new Size(
                                    random.nextInt(64_000),
                                    random.nextInt(256_000),
                                    random.nextInt(4_000_000)),
                            List.of("en", "es", "pt").get(random.nextInt(3)));
            try {
                requireUsable(blueprint.plan(readProduct(blueprint), valid.config(), facts));
            } catch (ProviderException e) {
                assertThat(e.code())
                        .as("round %d of seed %d, %s", round, SEED, raw)
                        .isEqualTo(ProviderException.Code.INVALID_REQUEST);
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "Round " + round + " of seed " + SEED + " with " + raw + " threw", e);
            }
        }
    }

    private static void requireUsable(DeploymentSpec spec) {
        Workload workload = spec.workload();
        assertThat(spec.needs())
                .as("needs")
                .containsAnyOf(Need.USERLAND, Need.OCI_IMAGE)
                .allSatisfy(need -> assertThat(need).matches("[a-z][a-z0-9-]{1,39}"));
        assertThat(workload.image().isPresent())
                .as("an image where one is needed")
                .isEqualTo(spec.needs().contains(Need.OCI_IMAGE));
        if (workload.image().isEmpty()) {
            assertThat(workload.command()).as("a command where there is no image").isNotEmpty();
        }
        Set<String> ports = new HashSet<>();
        for (Workload.Port port : workload.ports()) {
            assertThat(ports.add(port.name())).as("port %s once", port.name()).isTrue();
        }
        workload.health().ifPresent(health -> assertThat(ports).contains(health.port()));
        Set<String> variables = new HashSet<>(spec.environment().keySet());
        for (DeploymentSpec.GeneratedSecret secret : spec.secrets()) {
            assertThat(variables.add(secret.variable()))
                    .as("variable %s once", secret.variable())
                    .isTrue();
            assertThat(secret.label().byLanguage()).containsKeys("en");
        }
        assertThat(variables).allMatch(Workload::isEnvironmentName);
    }

    /** Values at and between the bounds of every field; patterns are left to the examples. */
    private Map<String, Object> admitted(ConfigSchema schema, Random random) {
        List<Map<String, Object>> examples = choices();
        Map<String, Object> raw =
                new LinkedHashMap<>(examples.get(random.nextInt(examples.size())));
        for (Field field : schema.fields()) {
            if (!field.required() && random.nextInt(4) == 0) {
                raw.remove(field.name());
            } else {
                value(field.type(), random).ifPresent(value -> raw.put(field.name(), value));
            }
        }
        return raw;
    }

    private static Optional<Object> value(FieldType type, Random random) {
        return switch (type) {
            case FieldType.Line line ->
                    line.pattern().isEmpty()
                            ? Optional.of(words(random, line.maxLength()))
                            : Optional.empty();
            case FieldType.Secret secret ->
                    Optional.of("s" + words(random, secret.maxLength() - 1));
            case FieldType.Int range ->
                    Optional.of(
                            switch (random.nextInt(3)) {
                                case 0 -> range.min();
                                case 1 -> range.max();
                                default ->
                                        range.min()
                                                + (range.max() == range.min()
                                                        ? 0
                                                        : random.nextLong(
                                                                range.max() - range.min()));
                            });
            case FieldType.Decimal range ->
                    Optional.of(random.nextBoolean() ? range.min() : range.max())
                            .map(BigDecimal::stripTrailingZeros)
                            .map(Object.class::cast);
            case FieldType.Bool _ -> Optional.of(random.nextBoolean());
            case FieldType.Choice choice ->
                    Optional.of(
                            choice.options().get(random.nextInt(choice.options().size())).value());
            case FieldType.Span span ->
                    Optional.of(Durations.written(random.nextBoolean() ? span.min() : span.max()));
            case FieldType.Url _, FieldType.Lines _ -> Optional.empty();
        };
    }

    private static String words(Random random, int maxLength) {
        String alphabet = "aZ09 <>&\"'`$\\/{}%;#|ñÑ漢😀";
        List<String> letters = new ArrayList<>();
        alphabet.codePoints().forEach(c -> letters.add(Character.toString(c)));
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(Math.min(maxLength, 60) + 1);
        while (text.length() + 2 <= length) {
            text.append(letters.get(random.nextInt(letters.size())));
        }
        return text.toString();
    }
}
