package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Ability;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.PaymentProviderFactory;

import org.pf4j.Extension;

import java.util.function.Function;

/** Describes PayPal; one instance per app, so sandbox and live are two. */
@Extension
public final class PaypalFactory implements PaymentProviderFactory {

    private final Function<Mode, Site> sites;
    private final Trust trust;

    public PaypalFactory() {
        this(Site::of, Trust.ofThisJdk());
    }

    /** For tests: PayPal somewhere else, with certificates of its own. */
    PaypalFactory(Function<Mode, Site> sites, Trust trust) {
        this.sites = sites;
        this.trust = trust;
    }

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "payment-paypal",
                        Kind.PAYMENT,
                        Text.of("PayPal"),
                        Text.of(
                                "Payers agree on PayPal's pages; refunds and payouts go the same"
                                        + " way.",
                                "Los pagadores aceptan en las páginas de PayPal; devoluciones y"
                                        + " pagos a terceros van por la misma vía."))
                .withCapabilities(Ability.AUTHORIZE, Ability.PAYOUTS)
                .withSchema(Settings.schema());
    }

    @Override
    public PaymentProvider open(ProviderContext context, ProviderConfig config) {
        Settings settings = Settings.of(config);
        return new PaypalPayments(context, sites.apply(settings.mode()), settings, trust);
    }
}
