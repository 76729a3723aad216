package coop.minga.platform.app;

import coop.minga.platform.invoices.FiscalOffice;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.ExtensionPoint;
import coop.minga.platform.providers.ExtensionPoints;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.providers.ProviderService;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalIssuer;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.util.Optional;
import java.util.function.Function;

/** The fiscal provider of the workshop as the office that invoices know. */
final class ProviderFiscalOffice implements FiscalOffice {

    private final ProviderService providers;
    private final ExtensionPoints points;

    ProviderFiscalOffice(ProviderService providers, ExtensionPoints points) {
        this.providers = providers;
        this.points = points;
    }

    @Override
    public boolean isSetUp() {
        return providers.list().stream().anyMatch(view -> view.ref().kind() == Kind.FISCAL);
    }

    @Override
    public Optional<String> open() {
        return points.serving(ExtensionPoint.FISCAL);
    }

    @Override
    public Outcome<FiscalResult> issue(
            String name, IdempotencyKey key, FiscalDocument document, String traceId) {
        return with(
                name,
                issuer ->
                        issuer.call(
                                Ask.effect("issue", key).traced(traceId),
                                (fiscal, call) -> fiscal.issue(call, document)));
    }

    @Override
    public Outcome<Optional<FiscalResult>> status(String name, IdempotencyKey key, String traceId) {
        return with(
                name,
                issuer ->
                        issuer.call(
                                Ask.reading("status").traced(traceId),
                                (fiscal, call) -> fiscal.status(call, key)));
    }

    private <T> Outcome<T> with(String name, Function<Guarded<FiscalIssuer>, Outcome<T>> work) {
        return providers
                .get(Kind.FISCAL, name, FiscalIssuer.class)
                .map(work)
                .orElseGet(() ->
                        new Outcome.Failed<>(
                                ProviderException.Code.UNAVAILABLE,
                                Text.of(providers.absence(Kind.FISCAL, name)),
                                Optional.empty(),
                                false));
    }
}
