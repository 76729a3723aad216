package coop.minga.platform.app;

import coop.minga.platform.payments.Vendors;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Guarded;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.providers.ProviderService;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.PaymentProvider;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The payment providers of the workshop as the vendors that payments know. */
final class ProviderVendors implements Vendors {

    private final ProviderService providers;

    ProviderVendors(ProviderService providers) {
        this.providers = providers;
    }

    @Override
    public List<Vendor> all() {
        return providers.list().stream()
                .filter(view -> view.ref().kind() == Kind.PAYMENT)
                .map(view ->
                        new Vendor(
                                view.ref().name(),
                                providers
                                        .titles(Kind.PAYMENT, view.ref().name())
                                        .map(ProviderService.Titles::title)
                                        .orElse(Text.of(view.ref().name())),
                                view.state().takesWork()))
                .toList();
    }

    @Override
    public <T> Outcome<T> call(String name, Ask ask, BiFunction<PaymentProvider, Call, T> work) {
        Optional<Guarded<PaymentProvider>> provider =
                providers.get(Kind.PAYMENT, name, PaymentProvider.class);
        return provider.isPresent()
                ? provider.get().call(ask, work)
                : new Outcome.Failed<>(
                        ProviderException.Code.UNAVAILABLE,
                        Text.of(absence(name)),
                        Optional.empty(),
                        false);
    }

    @Override
    public String absence(String name) {
        return providers.absence(Kind.PAYMENT, name);
    }
}
