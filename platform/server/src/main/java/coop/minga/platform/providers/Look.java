package coop.minga.platform.providers;

import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.events.EventListener;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at open providers: how they are, and what they say of themselves. */
final class Look {

    /**
     * How a provider is.
     *
     * @param state {@code READY}, {@code DEGRADED}, {@code NOT_SET_UP} or {@code FAILED}
     * @param reason why not {@code READY}
     */
    record Finding(ProviderState state, @Nullable Reason reason) {

        static Finding failed(Text why) {
            return new Finding(ProviderState.FAILED, new Reason("probe-failed", why));
        }
    }

    private Look() {}

    /**
     * Empty when it was too busy to answer, which says nothing.
     *
     * @param wanted whether somebody misses it when what it drives is not there
     */
    static Optional<Finding> at(Guarded<Provider> provider, Ask ask, boolean wanted) {
        Outcome<ProbeResult> outcome = provider.call(ask, (each, call) -> each.probe(call));
        return switch (outcome) {
            case Outcome.Done<ProbeResult>(ProbeResult result) ->
                    Optional.of(finding(result, wanted));
            case Outcome.Failed<ProbeResult> failed ->
                    failed.code() == ProviderException.Code.LIMIT
                            ? Optional.empty()
                            : Optional.of(Finding.failed(failed.reason()));
            case Outcome.Unknown<ProbeResult>(Text reason) -> Optional.of(Finding.failed(reason));
        };
    }

    private static Finding finding(ProbeResult result, boolean wanted) {
        return switch (result.status()) {
            case READY -> new Finding(ProviderState.READY, null);
            case DEGRADED ->
                    new Finding(ProviderState.DEGRADED, new Reason("degraded", result.reason()));
            case ABSENT ->
                    wanted
                            ? Finding.failed(result.reason())
                            : new Finding(
                                    ProviderState.NOT_SET_UP,
                                    Reason.of(
                                            "not-set-up",
                                            howToSetUp(result, "en"),
                                            howToSetUp(result, "es")));
            case FAILED -> Finding.failed(result.reason());
        };
    }

    private static String howToSetUp(ProbeResult result, String language) {
        return result.checks().stream()
                .filter(check -> !check.ok())
                .map(check -> check.detail().in(language) + ". " + check.fix().in(language))
                .collect(Collectors.joining(" "));
    }

    /** What stays the same while it is open. */
    static Optional<Held.Facts> facts(Guarded<Provider> open) {
        if (open.can(OfferingBlueprint.class)) {
            return open.call(
                            Ask.reading("schemas"),
                            OfferingBlueprint.class,
                            (blueprint, call) ->
                                    new Held.Facts(
                                            blueprint.parameters(),
                                            blueprint.productSchema(),
                                            Set.of()))
                    .answer();
        }
        if (open.can(EventListener.class)) {
            return open.call(
                            Ask.reading("types"),
                            EventListener.class,
                            (listener, call) ->
                                    new Held.Facts(
                                            ConfigSchema.empty(),
                                            ConfigSchema.empty(),
                                            Set.copyOf(listener.types())))
                    .answer();
        }
        return Optional.empty();
    }

    /** A look in the words of a test. */
    static List<ProbeResult.Check> checks(Guarded<Provider> provider) {
        Text answer = Text.of("Answer", "Respuesta");
        Outcome<ProbeResult> outcome =
                provider.call(Ask.reading("test"), (each, call) -> each.probe(call));
        return switch (outcome) {
            case Outcome.Done<ProbeResult>(ProbeResult result) ->
                    result.checks().isEmpty()
                            ? List.of(
                                    new ProbeResult.Check(
                                            answer,
                                            result.status() != ProbeResult.Status.FAILED
                                                    && result.status() != ProbeResult.Status.ABSENT,
                                            Text.of(""),
                                            Text.of("")))
                            : result.checks();
            case Outcome.Failed<ProbeResult> failed ->
                    List.of(
                            ProbeResult.Check.failed(
                                    answer,
                                    failed.reason(),
                                    Text.of(
                                            "Check the address and the credentials.",
                                            "Revisa la dirección y las credenciales.")));
            case Outcome.Unknown<ProbeResult>(Text reason) ->
                    List.of(
                            ProbeResult.Check.failed(
                                    answer,
                                    reason,
                                    Text.of(
                                            "Check that the vendor can be reached.",
                                            "Revisa que se pueda llegar al proveedor.")));
        };
    }

    static ProbeResult.Check notOpened(Reason reason) {
        return ProbeResult.Check.failed(
                Text.of("Opening", "Apertura"),
                reason.text(),
                Text.of("Check the values.", "Revisa los valores."));
    }
}
