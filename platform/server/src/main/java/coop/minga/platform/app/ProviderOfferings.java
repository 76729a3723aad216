package coop.minga.platform.app;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.orders.Offerings;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.providers.ProviderService;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.loader.config.ConfigProblem;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The blueprint providers of the workshop as the offerings that orders know. */
final class ProviderOfferings implements Offerings {

    private final ProviderService providers;

    ProviderOfferings(ProviderService providers) {
        this.providers = providers;
    }

    @Override
    public Planned plan(
            String blueprint,
            Map<String, Object> product,
            Map<String, Object> chosen,
            DeploymentFacts facts) {
        Optional<Guarded<OfferingBlueprint>> found =
                providers.get(Kind.OFFERING, blueprint, OfferingBlueprint.class);
        Optional<ConfigSchema> parameters = providers.parameters(blueprint);
        Optional<ConfigSchema> productSchema = providers.productSchema(blueprint);
        if (found.isEmpty() || parameters.isEmpty() || productSchema.isEmpty()) {
            throw notAvailable(blueprint);
        }
        ProviderConfig choices = read(parameters.get(), chosen);
        ProviderConfig settings = read(productSchema.get(), product);
        Outcome<DeploymentSpec> outcome =
                found.get()
                        .call(
                                Ask.reading("plan"),
                                (offering, call) -> offering.plan(settings, choices, facts));
        return switch (outcome) {
            case Outcome.Done<DeploymentSpec>(DeploymentSpec spec) ->
                    new Planned(spec, shown(parameters.get(), choices));
            case Outcome.Failed<DeploymentSpec> failed
                    when failed.code() == ProviderException.Code.INVALID_REQUEST ->
                    throw MingaException.invalid(
                            List.of(
                                    new MingaException.Problem(
                                            "/config", "invalid", failed.reason())));
            case Outcome.Failed<DeploymentSpec> failed -> throw notAvailable(blueprint);
            case Outcome.Unknown<DeploymentSpec> unknown -> throw notAvailable(blueprint);
        };
    }

    private static ProviderConfig read(ConfigSchema schema, Map<String, Object> values) {
        return switch (ConfigReader.read(schema, values)) {
            case Reading.Valid valid -> valid.config();
            case Reading.Invalid invalid ->
                    throw MingaException.invalid(
                            invalid.problems().stream().map(ProviderOfferings::problem).toList());
        };
    }

    private static MingaException.Problem problem(ConfigProblem problem) {
        return new MingaException.Problem(
                "/config" + problem.pointer(), problem.code(), problem.message());
    }

    private static Map<String, Object> shown(ConfigSchema schema, ProviderConfig choices) {
        Map<String, Object> shown = new LinkedHashMap<>();
        for (Field field : schema.fields()) {
            if (choices.has(field.name()) && !(field.type() instanceof FieldType.Secret)) {
                shown.put(field.name(), value(field, choices));
            }
        }
        return shown;
    }

    private static Object value(Field field, ProviderConfig choices) {
        String name = field.name();
        return switch (field.type()) {
            case FieldType.Int number -> choices.integer(name);
            case FieldType.Decimal decimal -> choices.decimal(name);
            case FieldType.Bool bool -> choices.bool(name);
            case FieldType.Span span -> choices.duration(name).toString();
            case FieldType.Lines lines -> choices.list(name);
            case FieldType.Line line -> choices.text(name);
            case FieldType.Choice choice -> choices.text(name);
            case FieldType.Url url -> choices.text(name);
            case FieldType.Secret secret -> "";
        };
    }

    private static MingaException notAvailable(String blueprint) {
        return MingaException.of(
                ErrorCode.conflict("orders.not-available"),
                "This cannot be ordered right now: its plugin ('"
                        + blueprint
                        + "') is not running.",
                "Esto no se puede pedir ahora: su plugin ('" + blueprint + "') no está en marcha.");
    }
}
